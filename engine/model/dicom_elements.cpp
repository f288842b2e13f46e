#include "engine/model/dicom_elements.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace trocar {

namespace {

constexpr std::size_t preamble = 132;
constexpr std::uint32_t undefined = 0xFFFFFFFFU;
constexpr std::uint32_t pixel_data = 0x7FE00010U;
constexpr std::uint32_t item = 0xFFFEE000U, item_end = 0xFFFEE00DU, sequence_end = 0xFFFEE0DDU;
constexpr std::uint32_t transfer_syntax = 0x00020010U;
constexpr std::size_t longest_kept = 256;
constexpr int max_depth = 16;

struct Header {
  std::uint32_t tag = 0;
  std::uint32_t length = 0;
  bool unknown = false;  // VR UN: what it holds is written with implicit VR
};

class Walker {
 public:
  explicit Walker(std::string_view bytes) : bytes_(bytes), at_(preamble) {}

  bool meta() {
    while (at_ + 2 <= bytes_.size() && number(at_, 2) == 2) {
      Header h;
      if (!header(h, true) || !value(h)) return false;
    }
    return true;
  }
  bool data(bool explicit_vr) {
    while (at_ < bytes_.size() && !out_.has_pixels) {
      Header h;
      if (!header(h, explicit_vr)) return false;
      if (h.tag == pixel_data) {
        if (!pixels(h)) return false;
      } else if (h.length == undefined) {
        if (!sequence(explicit_vr && !h.unknown, 1)) return false;
      } else if (!value(h)) {
        return false;
      }
    }
    return true;
  }
  [[nodiscard]] const DicomElements& found() const { return out_; }
  [[nodiscard]] std::size_t at() const { return at_; }

 private:
  [[nodiscard]] std::uint32_t number(std::size_t at, std::size_t count) const {
    std::uint32_t n = 0;
    for (std::size_t k = 0; k < count; ++k) {
      n |= static_cast<std::uint32_t>(static_cast<unsigned char>(bytes_[at + k])) << (8 * k);
    }
    return n;
  }
  [[nodiscard]] bool has(std::uint64_t count) const { return bytes_.size() - at_ >= count; }

  bool header(Header& h, bool explicit_vr) {
    if (!has(8)) return false;
    h.tag = number(at_, 2) << 16 | number(at_ + 2, 2);
    if (!explicit_vr || h.tag >> 16 == 0xFFFE) {
      h.length = number(at_ + 4, 4);
      at_ += 8;
      return true;
    }
    const std::string_view vr = bytes_.substr(at_ + 4, 2);
    constexpr std::array<std::string_view, 13> wide{"OB", "OW", "OF", "OD", "OL", "OV", "SQ",
                                                    "UC", "UR", "UT", "UN", "SV", "UV"};
    h.unknown = vr == "UN";
    if (std::find(wide.begin(), wide.end(), vr) == wide.end()) {
      h.length = number(at_ + 6, 2);
      at_ += 8;
      return vr[0] >= 'A' && vr[0] <= 'Z' && vr[1] >= 'A' && vr[1] <= 'Z';
    }
    if (!has(12)) return false;
    h.length = number(at_ + 8, 4);
    at_ += 12;
    return true;
  }
  bool value(const Header& h) {
    if (h.length == undefined || !has(h.length)) return false;
    if (h.length <= longest_kept) out_.values[h.tag] = bytes_.substr(at_, h.length);
    at_ += h.length;
    return true;
  }
  bool skip(std::uint32_t length) {
    if (!has(length)) return false;
    at_ += length;
    return true;
  }
  // After the header of a sequence without length, to behind its end mark.
  bool sequence(bool explicit_vr, int depth) {
    for (Header h; header(h, explicit_vr);) {
      if (h.tag == sequence_end) return true;
      if (h.tag != item || depth > max_depth) return false;
      if (h.length == undefined ? !item_content(explicit_vr, depth) : !skip(h.length)) return false;
    }
    return false;
  }
  bool item_content(bool explicit_vr, int depth) {
    for (Header h; header(h, explicit_vr);) {
      if (h.tag == item_end) return true;
      const bool inner = explicit_vr && !h.unknown;
      if (h.length == undefined ? !sequence(inner, depth + 1) : !skip(h.length)) return false;
    }
    return false;
  }
  bool pixels(const Header& h) {
    out_.has_pixels = true;
    out_.compressed = h.length == undefined;
    if (out_.compressed) return sequence(true, 1);
    out_.pixel_bytes = h.length;
    return skip(h.length);
  }

  std::string_view bytes_;
  std::size_t at_;
  DicomElements out_;
};

}  // namespace

bool is_dicom(std::string_view bytes) {
  return bytes.size() >= preamble && bytes.substr(128, 4) == "DICM";
}

Result<DicomElements> walk_dicom(std::string_view bytes) {
  Walker walker(bytes);
  const auto cut = [&] {
    return Error{Code::malformed, fmt::format("expected a whole DICOM file, found it cut short or "
                                              "damaged after byte {} of {}",
                                              walker.at(), bytes.size())};
  };
  if (!is_dicom(bytes) || !walker.meta()) return cut();
  const auto syntax = walker.found().values.find(transfer_syntax);
  if (syntax == walker.found().values.end()) return cut();
  const std::string uid = syntax->second.c_str();
  if (uid == "1.2.840.10008.1.2.2" || uid == "1.2.840.10008.1.2.1.99") {
    return Error{Code::unsupported,
                 fmt::format("expected a little-endian DICOM file, found transfer syntax {}", uid)};
  }
  if (!walker.data(uid != "1.2.840.10008.1.2")) return cut();
  return walker.found();
}

}  // namespace trocar
