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
// The VRs with a length of two bytes. All others, also those to come, have one of four
// (PS3.5 sect. 7.1.2).
constexpr std::array<std::string_view, 21> narrow{"AE", "AS", "AT", "CS", "DA", "DS", "DT",
                                                  "FD", "FL", "IS", "LO", "LT", "PN", "SH",
                                                  "SL", "SS", "ST", "TM", "UI", "UL", "US"};

// What stands behind an element's header.
enum class Holds {
  value,
  unknown,   // VR UN: without a length, a sequence written with implicit VR
  sequence,  // of items that hold elements
};

struct Header {
  std::uint32_t tag = 0;
  std::uint32_t length = 0;
  Holds holds = Holds::value;
};

// The marks of items and sequences; anything else in their group is an element as any other.
bool is_end_mark(std::uint32_t tag) { return tag == item_end || tag == sequence_end; }
bool is_mark(std::uint32_t tag) { return tag == item || is_end_mark(tag); }

class Walker {
 public:
  Walker(std::string_view bytes, WalkTo to) : bytes_(bytes), at_(preamble), to_(to) {}

  bool meta() {
    while (at_ + 2 <= bytes_.size() && number(at_, 2) == 2) {
      Header h;
      if (!header(h, true, bytes_.size()) || !value(h, bytes_.size(), 0)) return false;
    }
    return true;
  }
  bool data(bool explicit_vr) {
    out_.explicit_vr = explicit_vr;
    out_.data_begin = at_;
    while (at_ < bytes_.size() && !(out_.has_pixels && to_ == WalkTo::pixels)) {
      Header h;
      if (!header(h, explicit_vr, bytes_.size())) return false;
      if (h.tag == pixel_data ? !pixels(h) : !element_or_mark(h, explicit_vr, bytes_.size(), 0)) {
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
  [[nodiscard]] bool has(std::uint64_t count, std::size_t end) const { return end - at_ >= count; }

  bool header(Header& h, bool explicit_vr, std::size_t end) {
    if (!has(8, end)) return false;
    h.tag = number(at_, 2) << 16 | number(at_ + 2, 2);
    h.holds = Holds::value;
    if (!explicit_vr || is_mark(h.tag)) {
      h.length = number(at_ + 4, 4);
      at_ += 8;
      if (h.length == undefined || begins_with_item(h, end)) h.holds = Holds::sequence;
      return true;
    }
    const std::string_view vr = bytes_.substr(at_ + 4, 2);
    const bool named = vr[0] >= 'A' && vr[0] <= 'Z' && vr[1] >= 'A' && vr[1] <= 'Z';
    if (!named) return false;
    if (vr == "SQ") h.holds = Holds::sequence;
    if (vr == "UN") h.holds = Holds::unknown;
    if (std::find(narrow.begin(), narrow.end(), vr) != narrow.end()) {
      h.length = number(at_ + 6, 2);
      at_ += 8;
      return true;
    }
    if (!has(12, end)) return false;
    h.length = number(at_ + 8, 4);
    at_ += 12;
    return true;
  }
  // With implicit VR only a dictionary tells sequences apart; a private element is none to it.
  [[nodiscard]] bool begins_with_item(const Header& h, std::size_t end) const {
    if (is_mark(h.tag) || (h.tag >> 16) % 2 == 1 || h.length < 8 || !has(8, end)) {
      return false;
    }
    return (number(at_, 2) << 16 | number(at_ + 2, 2)) == item;
  }
  bool element(const Header& h, bool explicit_vr, std::size_t end, int depth) {
    const bool inner = explicit_vr && h.holds != Holds::unknown;
    if (h.length == undefined) {
      return h.holds == Holds::value ? fragments(end) : items(inner, end, true, depth + 1);
    }
    if (h.holds != Holds::sequence) return value(h, end, depth);
    return has(h.length, end) && items(inner, at_ + h.length, false, depth + 1);
  }
  bool value(const Header& h, std::size_t end, int depth) {
    if (h.length == undefined || !has(h.length, end)) return false;
    if (depth == 0 && h.length <= longest_kept) out_.values[h.tag] = bytes_.substr(at_, h.length);
    at_ += h.length;
    return true;
  }
  // After the header of a sequence: up to `end`, or to behind its end mark where that is its end.
  bool items(bool explicit_vr, std::size_t end, bool marked, int depth) {
    if (depth > max_depth) return false;
    while (at_ < end) {
      Header h;
      if (!header(h, explicit_vr, end)) return false;
      if (h.tag == sequence_end) return marked || at_ == end;
      const bool open = h.length == undefined;
      if (h.tag != item || (!open && !has(h.length, end))) return false;
      if (!content(explicit_vr, open ? end : at_ + h.length, open, depth)) return false;
    }
    return !marked;
  }
  // An end mark that nobody needs holds nothing and is passed over; an item belongs in a sequence.
  bool element_or_mark(const Header& h, bool explicit_vr, std::size_t end, int depth) {
    if (is_mark(h.tag)) return is_end_mark(h.tag) && h.length == 0;
    return element(h, explicit_vr, end, depth);
  }
  // Of an item, as above.
  bool content(bool explicit_vr, std::size_t end, bool marked, int depth) {
    while (at_ < end) {
      Header h;
      if (!header(h, explicit_vr, end)) return false;
      if (marked && h.tag == item_end) return true;
      if (!element_or_mark(h, explicit_vr, end, depth)) return false;
    }
    return !marked;
  }
  // Of encapsulated pixels: their bytes are not ours to look into.
  bool fragments(std::size_t end) {
    for (Header h; header(h, true, end);) {
      if (h.tag == sequence_end) return true;
      if (h.tag != item || h.length == undefined || !has(h.length, end)) return false;
      at_ += h.length;
    }
    return false;
  }
  bool pixels(const Header& h) {
    out_.has_pixels = true;
    out_.compressed = h.length == undefined;
    if (out_.compressed) return fragments(bytes_.size());
    out_.pixel_bytes = h.length;
    if (!has(h.length, bytes_.size())) return false;
    at_ += h.length;
    return true;
  }

  std::string_view bytes_;
  std::size_t at_;
  WalkTo to_;
  DicomElements out_;
};

}  // namespace

bool is_dicom(std::string_view bytes) {
  return bytes.size() >= preamble && bytes.substr(128, 4) == "DICM";
}

Result<DicomElements> walk_dicom(std::string_view bytes, WalkTo to) {
  Walker walker(bytes, to);
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
