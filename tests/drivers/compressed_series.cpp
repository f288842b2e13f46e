#include "compressed_series.hpp"

#include <gdcmImageChangeTransferSyntax.h>
#include <gdcmImageReader.h>
#include <gdcmImageWriter.h>

#include <catch2/catch.hpp>

#include "tests/engine/model/ct_files.hpp"

namespace trocar::test {

namespace {

void put(std::string& bytes, std::size_t at, std::uint32_t number, int count, bool big_endian) {
  for (int k = 0; k < count; ++k) {
    const int shift = 8 * (big_endian ? count - 1 - k : k);
    bytes.at(at + static_cast<std::size_t>(k)) = static_cast<char>(number >> shift & 0xFFU);
  }
}

// Where the encapsulated pixels begin: behind the header of (7FE0,0010), OB or OW.
std::size_t pixels_in(const std::string& bytes) {
  const std::size_t at = bytes.rfind(std::string("\xE0\x7F\x10\x00O", 5));
  REQUIRE(at != std::string::npos);
  return at + 12;
}

}  // namespace

void compress(const std::filesystem::path& folder, const char* transfer_syntax) {
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    gdcm::ImageReader reader;
    reader.SetFileName(entry.path().c_str());
    REQUIRE(reader.Read());
    gdcm::ImageChangeTransferSyntax change;
    change.SetTransferSyntax(
        gdcm::TransferSyntax(gdcm::TransferSyntax::GetTSType(transfer_syntax)));
    change.SetInput(reader.GetImage());
    REQUIRE(change.Change());
    gdcm::ImageWriter writer;
    writer.SetFile(reader.GetFile());
    writer.SetImage(change.GetOutput());
    writer.SetFileName(entry.path().c_str());
    REQUIRE(writer.Write());
  }
}

void damage_pixels(const std::filesystem::path& file) {
  std::string bytes = read_file(file);
  const std::size_t from = (pixels_in(bytes) + bytes.size()) / 2;
  for (std::size_t at = from; at + 12 < bytes.size(); ++at) {
    bytes[at] = static_cast<char>(at * 2654435761U >> 7U);
  }
  write_file(file, bytes);
}

void make_bomb(const std::filesystem::path& file) {
  constexpr std::uint32_t side = 65500;
  std::string bytes = read_file(file);
  for (const char* tag : {"\x28\x00\x10\x00US", "\x28\x00\x11\x00US"}) {  // rows, columns
    const std::size_t at = bytes.find(std::string(tag, 6));
    REQUIRE(at != std::string::npos);
    put(bytes, at + 8, side, 2, false);
  }
  const std::size_t siz = bytes.find("\xFF\x51", pixels_in(bytes));  // ISO 15444-1, A.5.1
  REQUIRE(siz != std::string::npos);
  for (const std::size_t field : {6U, 10U, 22U, 26U}) put(bytes, siz + field, side, 4, true);
  write_file(file, bytes);
}

}  // namespace trocar::test
