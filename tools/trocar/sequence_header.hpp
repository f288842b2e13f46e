#pragma once
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/result.hpp"

namespace trocar {

// What the text part of a sequence says of all its frames: size, type, where the pixels are.
struct SequenceHeader {
  struct Entry {
    std::string value;
    std::size_t line = 0;
  };

  std::filesystem::path file;
  bool is_nrrd = false;
  std::map<std::string, Entry, std::less<>> entries;  // by name in small letters; both trimmed
  std::uint64_t bytes = 0;                            // of the text: pixels in this file follow

  // nullptr when it is not said.
  [[nodiscard]] const Entry* find(std::string_view name) const;
  // The value, or "".
  [[nodiscard]] std::string_view value(std::string_view name) const;
  // "file:line: expected ..., found <its value>"; without a line when it is not said.
  [[nodiscard]] Error wrong(std::string_view name, Code code, const std::string& expected) const;
};

// Takes one line that is no frame's; others than "Name = value" and "name: value" are passed over.
// Code::inconsistent: the name was there before with another value.
Status take_header_line(std::string_view line, std::size_t number, SequenceHeader& header);

// Which axis of the size is the one of frames: that whose kind is a list, or the last of three or
// more, unless NRRD tells the kind of each. Nothing when there is no such axis.
std::optional<std::size_t> frame_axis(const SequenceHeader& header);
// How many frames the header says there are; nothing when it does not say.
std::optional<std::uint64_t> stated_frames(const SequenceHeader& header);

}  // namespace trocar
