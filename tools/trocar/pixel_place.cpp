#include "tools/trocar/pixel_place.hpp"

#include <string>

#include "tools/trocar/sequence_text.hpp"

namespace trocar {
namespace {

Status take_nrrd_packing(const SequenceHeader& h, PixelLayout& layout) {
  const std::string word = in_small_letters(h.value("encoding"));
  layout.is_packed = word == "gzip" || word == "gz";
  if (!layout.is_packed && word != "raw") {
    return h.wrong("encoding", Code::unsupported, "raw or gzip");
  }
  for (const char* name : {"line skip", "lineskip", "byte skip", "byteskip"}) {
    if (h.find(name) != nullptr && h.value(name) != "0") {
      return h.wrong(name, Code::unsupported, "pixels from the first byte on");
    }
  }
  return Done{};
}

Status take_metaimage_packing(const SequenceHeader& h, PixelLayout& layout) {
  if (h.find("binarydata") != nullptr && truth_of(h.value("binarydata")) != true) {
    return h.wrong("binarydata", Code::unsupported, "True: pixels as bytes, not as text");
  }
  if (h.find("headersize") != nullptr && h.value("headersize") != "0") {
    return h.wrong("headersize", Code::unsupported, "pixels from the first byte on");
  }
  const auto packed = truth_of(h.find("compresseddata") ? h.value("compresseddata") : "False");
  if (!packed) return h.wrong("compresseddata", Code::malformed, "True or False");
  layout.is_packed = *packed;
  if (!*packed || h.find("compresseddatasize") == nullptr) return Done{};
  layout.packed_bytes = number_of<std::uint64_t>(h.value("compresseddatasize"));
  if (!layout.packed_bytes) return h.wrong("compresseddatasize", Code::malformed, "a number");
  return Done{};
}

// A name only: a sequence that came from elsewhere must not make us read what lies elsewhere.
Status take_file(std::string_view name, const SequenceHeader& h, PixelLayout& layout) {
  const std::string_view said = h.value(name);
  const std::filesystem::path path(said);
  const bool is_list = said.starts_with("LIST") || said.find('%') != std::string_view::npos;
  const bool is_name = path.has_filename() && path == path.filename() && path != "." &&
                       path != ".." && said.find('\\') == std::string_view::npos;
  if (is_list || !is_name) {
    return h.wrong(name, Code::unsupported, "pixels in one file beside this one (ElementDataFile)");
  }
  layout.file = h.file.parent_path() / path;
  std::error_code ec;
  if (std::filesystem::is_regular_file(layout.file, ec)) return Done{};
  return h.wrong(name, Code::not_found, "a file with the pixels beside this one");
}

Status take_place(const SequenceHeader& h, PixelLayout& layout) {
  if (h.is_nrrd) {
    const char* name = h.find("data file") ? "data file" : "datafile";
    if (h.find(name) != nullptr) return take_file(name, h, layout);
  } else if (h.value("elementdatafile") != "LOCAL") {
    return take_file("elementdatafile", h, layout);
  }
  layout.file = h.file;
  layout.offset = h.bytes;
  return Done{};
}

}  // namespace

std::optional<bool> truth_of(std::string_view word) {
  const std::string small = in_small_letters(word);
  if (small == "true" || small == "1") return true;
  if (small == "false" || small == "0") return false;
  return std::nullopt;
}

Status take_pixel_place(const SequenceHeader& header, PixelLayout& layout) {
  Status packing =
      header.is_nrrd ? take_nrrd_packing(header, layout) : take_metaimage_packing(header, layout);
  if (!packing) return packing;
  return take_place(header, layout);
}

}  // namespace trocar
