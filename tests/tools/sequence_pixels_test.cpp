#include <fmt/format.h>
#include <zlib.h>

#include "engine/session/session_messages.hpp"
#include "engine/session/session_reader.hpp"
#include "tests/tools/operating_room.hpp"
#include "tools/trocar/sequence_images.hpp"
#include "tools/trocar/session_import.hpp"

// The pixels of sequences, compared with those that were written.
using namespace trocar;

namespace {

const std::string some_bytes = "\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c";

// Packed as zlib (15) or as gzip (31).
std::string packed(const std::string& bytes, int window = 15) {
  z_stream z{};
  REQUIRE(deflateInit2(&z, 6, Z_DEFLATED, window, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  std::string out(deflateBound(&z, static_cast<uLong>(bytes.size())), '\0');
  std::string in = bytes;
  z.next_in = reinterpret_cast<Bytef*>(in.data());
  z.avail_in = static_cast<uInt>(in.size());
  z.next_out = reinterpret_cast<Bytef*>(out.data());
  z.avail_out = static_cast<uInt>(out.size());
  REQUIRE(deflate(&z, Z_FINISH) == Z_STREAM_END);
  out.resize(z.total_out);
  deflateEnd(&z);
  return out;
}

std::string frames_text(int frames, const char* equals, const std::string& statuses) {
  std::string text;
  for (int i = 0; i < frames; ++i) {
    const auto field = [&](const char* name, const std::string& value) {
      text += fmt::format("Seq_Frame{:04}_{}{}{}\n", i, name, equals, value);
    };
    field("ReferenceToTrackerTransform", "1 0 0 100 0 1 0 -20 0 0 1 -1500 0 0 0 1");
    field("Timestamp", fmt::format("{}", 5 + 0.1 * i));
    const bool is_valid = statuses.empty() || statuses[static_cast<std::size_t>(i)] == '+';
    field("ImageStatus", is_valid ? "OK" : "INVALID");
  }
  return text;
}

// A MetaImage header; `more` stands before the frames.
std::string meta(const std::string& more, int frames, const std::string& data = "LOCAL",
                 const std::string& statuses = "") {
  return "ObjectType = Image\nBinaryData = True\nElementSpacing = 0.2 0.3 1\n" + more +
         frames_text(frames, " = ", statuses) + "ElementDataFile = " + data + "\n";
}

std::string nrrd(const std::string& more, int frames) {
  return "NRRD0005\n# http://teem.sourceforge.net/nrrd/format.html\n" + more +
         frames_text(frames, ":=", "") + "\n";
}

const std::string two_by_three = "DimSize = 2 3 2\nElementType = MET_UCHAR\n";

void put(const TemporaryFolder& folder, const std::string& name, const std::string& bytes) {
  std::ofstream out(folder.path() / name, std::ios::binary);
  out << bytes;
  REQUIRE(out);
}

Result<std::vector<ImageFrame>> images_in(const std::filesystem::path& file) {
  const auto sequence = read_sequence(file);
  if (!sequence) return sequence.error();
  auto images = SequenceImages::open(sequence.value(), std::chrono::milliseconds(2));
  if (!images) return images.error();
  std::vector<ImageFrame> all;
  for (const SequenceFrame& frame : sequence.value().frames) {
    auto image = images.value().next(frame.has_image, Timestamp(std::chrono::seconds(7)));
    if (!image) return image.error();
    if (image.value()) all.push_back(*image.value());
  }
  if (const Status whole = images.value().finish(); !whole) return whole.error();
  return all;
}

Result<std::vector<ImageFrame>> images_of(const std::string& bytes) {
  const TemporaryFolder folder;
  put(folder, "s.igs.mha", bytes);
  return images_in(folder.path() / "s.igs.mha");
}

std::string pixels_of(const ImageFrame& image) {
  std::string bytes;
  for (const std::byte b : *image.pixels) bytes += static_cast<char>(b);
  return bytes;
}

// All of them, one after the other.
std::string pixels_of(const Result<std::vector<ImageFrame>>& images) {
  if (!images) FAIL(images.error().detail);
  std::string all;
  for (const ImageFrame& image : images.value()) all += pixels_of(image);
  return all;
}

std::string refusal(const std::string& bytes) {
  const auto images = images_of(bytes);
  INFO(bytes.substr(0, 300));
  REQUIRE_FALSE(images);
  CHECK_THAT(images.error().detail, Catch::Contains("s.igs.mha"));
  return images.error().detail;
}

}  // namespace

TEST_CASE("the images of a sequence are those that were written, packed or not") {
  const std::string zipped = packed(some_bytes);
  const std::string says =
      fmt::format("CompressedData = True\nCompressedDataSize = {}\n", zipped.size());
  for (const std::string& file :
       {meta(two_by_three, 2) + some_bytes,
        meta("CompressedData = False\nKinds = domain domain list\n" + two_by_three, 2) + some_bytes,
        meta(says + two_by_three, 2) + zipped,
        meta("CompressedData = True\n" + two_by_three, 2) + zipped,
        meta(says + two_by_three, 2) + zipped + "what is behind is not ours",
        meta("DimSize = 2 3 1 2\nElementType = MET_UCHAR\n", 2) + some_bytes}) {
    const auto images = images_of(file);
    CHECK(pixels_of(images) == some_bytes);
    REQUIRE(images.value().size() == 2);
    const ImageFrame& image = images.value()[1];
    CHECK(pixels_of(image) == some_bytes.substr(6));
    CHECK(image.size == std::array<std::uint16_t, 3>{2, 3, 1});
    CHECK(image.type == PixelType::uint8);
    CHECK(image.components == 1);
    CHECK(image.device.view() == "Image");
    CHECK(image.acquired_bound == std::chrono::milliseconds(2));
  }
}

TEST_CASE("an image lies in its own axes, which begin in the middle of its first pixel") {
  const auto images = images_of(meta(two_by_three, 2) + some_bytes);
  REQUIRE(images);
  const ImageFrame& image = images.value()[0];
  CHECK(image.steps_mm.diagonal() == Eigen::Vector3d(0.2, 0.3, 1));
  const Eigen::Vector3d first =
      image.centre_mm - image.steps_mm * Eigen::Vector3d(2 - 1, 3 - 1, 1 - 1) / 2;
  CHECK(first.norm() < 1e-15);
}

TEST_CASE("pixels of an .mhd are read from the file beside it, and from nowhere else") {
  const TemporaryFolder folder;
  std::filesystem::create_directory(folder.path() / "inner");
  put(folder, "outside.raw", some_bytes);
  put(folder, "inner/s.raw", some_bytes);
  put(folder, "inner/s.zraw", packed(some_bytes));
  const auto images = [&](const std::string& data, const std::string& says) {
    put(folder, "inner/s.mhd", meta(says + two_by_three, 2, data));
    return images_in(folder.path() / "inner/s.mhd");
  };
  CHECK(pixels_of(images("s.raw", "")) == some_bytes);
  CHECK(pixels_of(images("s.zraw", "CompressedData = True\n")) == some_bytes);
  const std::string absolute = (folder.path() / "outside.raw").string();
  for (const std::string& data : std::vector<std::string>{"../outside.raw", absolute, "..", ".", "",
                                                          "LIST", "s%02d.raw 1 2 1", "..\\x.raw"}) {
    INFO(data);
    const auto refused = images(data, "");
    REQUIRE_FALSE(refused);
    CHECK_THAT(refused.error().detail, Catch::Contains("s.mhd:") &&
                                           Catch::Contains("in one file beside this one") &&
                                           Catch::Contains("--no-images"));
  }
  const auto gone = images("gone.raw", "");
  REQUIRE_FALSE(gone);
  CHECK(gone.error().code == Code::not_found);
  CHECK_THAT(gone.error().detail, Catch::Contains("elementdatafile gone.raw"));
}

TEST_CASE("numbers of several bytes are little-endian in a session, whatever they were") {
  const std::string swapped = "\x02\x01\x04\x03\x06\x05\x08\x07\x0a\x09\x0c\x0b";
  const std::string size = "DimSize = 3 1 2\nElementType = MET_SHORT\n";
  for (const char* key : {"BinaryDataByteOrderMSB", "ElementByteOrderMSB"}) {
    const auto little = images_of(meta(size + key + " = False\n", 2) + some_bytes);
    CHECK(pixels_of(little) == some_bytes);
    CHECK(little.value()[0].type == PixelType::int16);
    CHECK(pixels_of(images_of(meta(size + key + " = True\n", 2) + some_bytes)) == swapped);
  }
  const std::string head =
      "type: unsigned  short\nsizes: 3 1 2\nkinds: domain domain list\n"
      "spacings: 1 1 nan\nencoding: raw\n";
  const auto big = images_of(nrrd(head + "endian: big\n", 2) + some_bytes);
  CHECK(pixels_of(big) == swapped);
  CHECK(big.value()[0].type == PixelType::uint16);
  CHECK(pixels_of(images_of(nrrd(head + "endian: little\n", 2) + some_bytes)) == some_bytes);
}

TEST_CASE("pixels of several numbers keep them together") {
  const auto colours =
      images_of(meta("DimSize = 2 1 2\nElementType = MET_UCHAR\nElementNumberOfChannels = 3\n", 2) +
                some_bytes);
  CHECK(pixels_of(colours) == some_bytes);
  CHECK(colours.value()[0].components == 3);
  const auto vectors =
      images_of(nrrd("type: uint8\nsizes: 3 2 1 2\nkinds: vector domain domain list\n"
                     "space directions: none (0.5,0,0) (0,0.25,0) none\nencoding: raw\n",
                     2) +
                some_bytes);
  CHECK(pixels_of(vectors) == some_bytes);
  CHECK(vectors.value()[0].components == 3);
  CHECK(vectors.value()[0].size == std::array<std::uint16_t, 3>{2, 1, 1});
  CHECK(vectors.value()[0].steps_mm.diagonal() == Eigen::Vector3d(0.5, 0.25, 1));
}

TEST_CASE("NRRD's frames may lie one after the other, line by line or pixel by pixel") {
  // 2 x 3 pixels, 2 frames: of frame 0 they are 1 ... 6, of frame 1 7 ... 12
  const std::string by_line = "\x01\x02\x07\x08\x03\x04\x09\x0a\x05\x06\x0b\x0c";
  const std::string by_pixel = "\x01\x07\x02\x08\x03\x09\x04\x0a\x05\x0b\x06\x0c";
  const std::string head = "type: uint8\nspace directions: (3,4,0) (0,1,0)\n";
  struct Order {
    const char* axes;
    std::string bytes;
  };
  for (const Order& order : {Order{"sizes: 2 3 2\nkinds: domain domain list\n", some_bytes},
                             Order{"sizes: 2 3 2\n", some_bytes},
                             Order{"sizes: 2 2 3\nkinds: domain list domain\n", by_line},
                             Order{"sizes: 2 2 3\nkinds: list domain domain\n", by_pixel}}) {
    INFO(order.axes);
    const auto raw = images_of(nrrd(head + order.axes + "encoding: raw\n", 2) + order.bytes);
    CHECK(pixels_of(raw) == some_bytes);
    CHECK(raw.value()[0].steps_mm(0, 0) == 5);
    const std::string packs = nrrd(head + order.axes + "encoding: gzip\n", 2);
    CHECK(pixels_of(images_of(packs + packed(order.bytes, 31))) == some_bytes);
    const std::string in_two =
        packed(order.bytes.substr(0, 5), 31) + packed(order.bytes.substr(5), 31);
    CHECK(pixels_of(images_of(packs + in_two)) == some_bytes);
  }
}

TEST_CASE("frames side by side that do not fit into memory together are read in several turns") {
  const TemporaryFolder folder;
  constexpr std::size_t side = 6000;
  std::string bytes = nrrd(
      "type: uint8\nsizes: 6000 3 6000\nkinds: domain list domain\n"
      "spacings: 1 nan 1\nencoding: raw\n",
      3);
  for (std::size_t y = 0; y < side; ++y) {
    for (const char frame : {'a', 'b', 'c'}) {
      bytes += std::string(side, static_cast<char>(frame + (y & 15U)));
    }
  }
  put(folder, "s.nrrd", bytes);
  bytes.clear();
  const auto images = images_in(folder.path() / "s.nrrd");
  if (!images) FAIL(images.error().detail);
  REQUIRE(images.value().size() == 3);
  for (std::size_t i = 0; i < 3; ++i) {
    const auto& pixels = *images.value()[i].pixels;
    REQUIRE(pixels.size() == side * side);
    std::size_t wrong = 0;
    for (std::size_t at = 0; at < pixels.size(); ++at) {
      if (pixels[at] != static_cast<std::byte>('a' + i + ((at / side) & 15U))) ++wrong;
    }
    CHECK(wrong == 0);
  }
}

TEST_CASE("a detached NRRD names the file of its pixels") {
  const TemporaryFolder folder;
  put(folder, "s.nhdr",
      nrrd("type: uchar\nsizes: 2 3 2\nspacings: 1 1 1\nencoding: gz\ndata file: s.raw.gz\n", 2));
  put(folder, "s.raw.gz", packed(some_bytes, 31));
  CHECK(pixels_of(images_in(folder.path() / "s.nhdr")) == some_bytes);
}

TEST_CASE("an image whose status is invalid is passed over, and the next is the next") {
  const std::string size = "DimSize = 2 2 3\nElementType = MET_UCHAR\n";
  const auto images = images_of(meta(size, 3, "LOCAL", "+-+") + some_bytes);
  CHECK(pixels_of(images) == some_bytes.substr(0, 4) + some_bytes.substr(8));
  // where none is valid, nobody asks for pixels
  CHECK(pixels_of(images_of(meta(size, 3, "LOCAL", "---"))).empty());
}

TEST_CASE("a sequence of poses has no images, and what it says of pixels is not asked") {
  for (const char* size : {"DimSize = 0 0 2\nElementType = MET_OTHER\n",
                           "DimSize = 1 1 2\nElementType = MET_UCHAR\n", "DimSize = 0 0 0 2\n"}) {
    CHECK(pixels_of(images_of(meta(size, 2))).empty());
  }
}

TEST_CASE("pixels that are not as many as the header says are refused") {
  CHECK_THAT(refusal(meta(two_by_three, 2) + some_bytes.substr(1)),
             Catch::Contains("expected 12 bytes of pixels, found 11"));
  CHECK_THAT(refusal(meta(two_by_three, 2) + some_bytes + "x"),
             Catch::Contains("expected 12 bytes of pixels, found 13"));
  const std::string says = "CompressedData = True\n" + two_by_three;
  CHECK_THAT(refusal(meta(says, 2) + packed(some_bytes.substr(1))),
             Catch::Contains("expected 6 bytes of pixels more in frame 1, found 5"));
  const std::string bomb = packed(some_bytes + std::string(std::size_t{40} << 20U, '\0'));
  CHECK_THAT(refusal(meta(says, 2) + bomb), Catch::Contains("12 bytes of pixels, found more"));
  const std::string zipped = packed(some_bytes);
  CHECK_THAT(refusal(meta(says, 2) + zipped.substr(0, zipped.size() - 2)),
             Catch::Contains("expected the end of packed pixels"));
  std::string damaged = zipped;
  damaged.back() = static_cast<char>(damaged.back() ^ 1);
  CHECK_THAT(refusal(meta(says, 2) + damaged), Catch::Contains("found damage at byte"));
  CHECK_THAT(refusal(meta(says, 2) + "no zlib"), Catch::Contains("found damage at byte"));
  CHECK_THAT(refusal(meta(says, 2)), Catch::Contains("found 0"));
  CHECK_THAT(refusal(meta(says + "CompressedDataSize = 99\n", 2) + zipped),
             Catch::Contains("expected 99 bytes of pixels, found 20"));
  CHECK_THAT(refusal(meta(says + "CompressedDataSize = 5\n", 2) + zipped),
             Catch::Contains("bytes of pixels more in frame 0"));
  // claims that no packing could keep are known before anything is unpacked
  CHECK_THAT(refusal(meta("CompressedData = True\nElementType = MET_UCHAR\n"
                          "DimSize = 8000 8000 2\n",
                          2) +
                     zipped),
             Catch::Contains("expected 128000000 bytes of pixels, found 20, packed"));
}

TEST_CASE("a header of pixels that cannot be read says what was expected, with its line") {
  const std::string uchar = "ElementType = MET_UCHAR\n";
  const std::string size = "DimSize = 2 3 2\n";
  struct Wrong {
    std::string header;
    const char* said;
  };
  for (const Wrong& wrong : std::vector<Wrong>{
           {uchar + "DimSize = 2 99999 2\n", ":5: expected at most 65535 pixels along an axis"},
           {uchar + "DimSize = 65535 65535 65535 2\n", "at most 64 MB of pixels in a frame"},
           {uchar + "DimSize = 18446744073709551616 2 2\n", "sizes of the axes"},
           {uchar + "DimSize = -2 2 2\n", "sizes of the axes"},
           {uchar, "the sizes of 2 to 5 axes"},
           {uchar + "DimSize = 2 2 2 2 2\n", "images of 1 to 3 axes"},
           {uchar + "DimSize = 12 1\n", "an axis of 2 frames"},
           {size, "whole numbers of up to 32 bits, or floats, found none"},
           {size + "ElementType = MET_LONG\n", ":5: expected whole numbers"},
           {size + "ElementType = MET_SHORT\n", "the byte order of its pixels"},
           {size + uchar + "BinaryDataByteOrderMSB = perhaps\n", "True or False"},
           {size + uchar + "BinaryDataByteOrderMSB = True\nElementByteOrderMSB = False\n",
            "the same byte order said twice"},
           {size + uchar + "ElementNumberOfChannels = 0\n", "1 to 255 numbers per pixel"},
           {size + uchar + "ElementNumberOfChannels = 256\n", "1 to 255 numbers per pixel"},
           {size + uchar + "HeaderSize = -1\n", "pixels from the first byte on"},
           {size + uchar + "CompressedData = Maybe\n", "True or False"},
           {size + uchar + "CompressedData = True\nCompressedDataSize = -1\n", "a number"}}) {
    INFO(wrong.said);
    CHECK_THAT(refusal(meta(wrong.header, 2) + some_bytes), Catch::Contains(wrong.said));
  }
  CHECK_THAT(refusal(replaced(meta(two_by_three, 2), "BinaryData = True", "BinaryData = False")),
             Catch::Contains("pixels as bytes, not as text"));
  CHECK_THAT(refusal(replaced(meta(two_by_three, 2), "0.2 0.3", "0.2 0")),
             Catch::Contains("a spacing over 0"));
  CHECK_THAT(refusal(replaced(meta(two_by_three, 2), "ElementSpacing = 0.2 0.3 1\n", "")),
             Catch::Contains("'ElementSpacing', found none"));
  CHECK_THAT(refusal(meta(two_by_three + "DimSize = 3 2 2\n", 2)),
             Catch::Contains("expected 'dimsize' once"));
}

TEST_CASE("a header of NRRD's that cannot be read says what was expected, with its line") {
  const std::string good =
      "type: uint8\nsizes: 2 3 2\nkinds: domain domain list\nspacings: 1 1 nan\nencoding: raw\n";
  CHECK(pixels_of(images_of(nrrd(good, 2) + some_bytes)) == some_bytes);
  struct Wrong {
    const char* what;
    const char* by;
    const char* said;
  };
  for (const Wrong& wrong : std::vector<Wrong>{
           {"encoding: raw", "encoding: bzip2", ":7: expected raw or gzip"},
           {"encoding: raw", "encoding: raw\nbyte skip: -1", "pixels from the first byte on"},
           {"encoding: raw", "encoding: raw\ndata file: LIST", "in one file beside this one"},
           {"encoding: raw", "encoding: raw\ndata file: /etc/hosts", "in one file beside"},
           {"type: uint8", "type: block", "whole numbers of up to 32 bits"},
           {"type: uint8", "type: int16", "the byte order of its pixels (endian)"},
           {"type: uint8", "type: int16\nendian: middle", "big or little"},
           {"spacings: 1 1 nan", "spacings: 1 nan nan", "a spacing over 0"},
           {"spacings: 1 1 nan\n", "", "'space directions' or 'spacings'"},
           {"spacings: 1 1 nan", "space directions: (1,0,0) (0,x,0)", "vectors (x,y,z) or none"},
           {"spacings: 1 1 nan", "space directions: (1,0,0) none none", "a spacing over 0"},
           {"domain domain list", "domain vector list", "numbers of a pixel first"},
           {"domain domain list", "list domain list", "numbers of a pixel first"},
           {"domain domain list", "domain domain domain", "an axis of 2 frames"}}) {
    INFO(wrong.by);
    CHECK_THAT(refusal(replaced(nrrd(good, 2), wrong.what, wrong.by) + some_bytes),
               Catch::Contains(wrong.said));
  }
}

namespace {

const OperatingRoom& room() {
  static const OperatingRoom r;
  return r;
}

Result<Imported> import_text(const std::string& bytes, const std::filesystem::path& to,
                             bool images) {
  const TemporaryFolder folder;
  put(folder, "s.igs.mha", bytes);
  const auto sequence = read_sequence(folder.path() / "s.igs.mha");
  if (!sequence) return sequence.error();
  return import_sequence(sequence.value(), read_or_setup(room().file("run.toml")),
                         {{}, std::chrono::milliseconds(2), images}, to);
}

std::vector<ImageFrame> recorded_images(const std::filesystem::path& session) {
  std::vector<ImageFrame> all;
  auto reader = SessionReader::open(session);
  REQUIRE(reader);
  while (const SessionReader::Item* item = reader.value()->next()) {
    const auto* m = std::get_if<mcap::Message>(item);
    if (m == nullptr || static_cast<Topic>(m->channel) != Topic::image) continue;
    auto image = decode<ImageFrame>(m->data);
    REQUIRE(image);
    all.push_back(std::move(image).value());
  }
  return all;
}

}  // namespace

TEST_CASE("an imported session holds the images, each at the time of its frame") {
  const TemporaryFolder folder;
  const auto out = folder.path() / "imported.mcap";
  const std::string size = "DimSize = 2 2 3\nElementType = MET_UCHAR\n";
  std::string text = meta(size, 3, "LOCAL", "++-");
  text = replaced(text, "Frame0001_Timestamp = 5.1", "Frame0001_Timestamp = 5.0625");
  const auto imported = import_text(text + some_bytes, out, true);
  if (!imported) FAIL(imported.error().detail);
  CHECK(imported.value().images == 2);
  CHECK(imported.value().invalid_images == 1);
  const auto images = recorded_images(out);
  REQUIRE(images.size() == 2);
  CHECK(pixels_of(images[0]) == some_bytes.substr(0, 4));
  CHECK(pixels_of(images[1]) == some_bytes.substr(4, 4));
  CHECK(images[1].acquired - images[0].acquired == std::chrono::microseconds(62500));
  CHECK(images[1].received == images[1].acquired);
  CHECK(images[1].acquired_bound == std::chrono::milliseconds(2));

  const auto poses = import_text(text + some_bytes, folder.path() / "poses.mcap", false);
  REQUIRE(poses);
  CHECK(poses.value().images == 0);
  CHECK(recorded_images(folder.path() / "poses.mcap").empty());
}

TEST_CASE("images that break off leave no session behind, and the poses can be had alone") {
  const TemporaryFolder folder;
  const auto out = folder.path() / "imported.mcap";
  const std::string text =
      meta("CompressedData = True\n" + two_by_three, 2) + packed(some_bytes.substr(1));
  const auto refused = import_text(text, out, true);
  REQUIRE_FALSE(refused);
  CHECK_THAT(refused.error().detail, Catch::EndsWith("--no-images imports the poses alone"));
  CHECK_FALSE(std::filesystem::exists(out));
  CHECK(import_text(text, out, false));
}
