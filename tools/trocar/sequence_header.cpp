#include "tools/trocar/sequence_header.hpp"

#include "tools/trocar/sequence_text.hpp"

namespace trocar {

const SequenceHeader::Entry* SequenceHeader::find(std::string_view name) const {
  const auto at = entries.find(name);
  return at == entries.end() ? nullptr : &at->second;
}

std::string_view SequenceHeader::value(std::string_view name) const {
  const Entry* entry = find(name);
  return entry == nullptr ? std::string_view() : entry->value;
}

Error SequenceHeader::wrong(std::string_view name, Code code, const std::string& expected) const {
  const Entry* entry = find(name);
  const std::string where =
      file.string() + (entry == nullptr ? "" : ":" + std::to_string(entry->line));
  const std::string found =
      entry == nullptr ? "none" : std::string(name) + " " + entry->value.substr(0, 80);
  return {code, where + ": expected " + expected + ", found " + found};
}

Status take_header_line(std::string_view line, std::size_t number, SequenceHeader& header) {
  if (number == 1 && line.starts_with("NRRD")) header.is_nrrd = true;
  const std::size_t at = line.find_first_of("=:");
  // NRRD: after '#' a comment, after ":=" a note of somebody's own.
  if (at == std::string_view::npos || at == 0 || line.front() == '#' ||
      line.substr(at).starts_with(":=")) {
    return Done{};
  }
  const std::string name = in_small_letters(trimmed(line.substr(0, at)));
  const std::string value(trimmed(line.substr(at + 1)));
  const auto [entry, is_new] = header.entries.try_emplace(name, SequenceHeader::Entry{});
  if (!is_new && entry->second.value != value) {
    return Error{Code::inconsistent, header.file.string() + ":" + std::to_string(number) +
                                         ": expected '" + name + "' once, found it again with " +
                                         value.substr(0, 80)};
  }
  if (is_new) entry->second = {value, number};
  return Done{};
}

std::optional<std::size_t> frame_axis(const SequenceHeader& header) {
  const std::string_view said = header.value(header.find("sizes") ? "sizes" : "dimsize");
  const std::size_t axes = words_of(said).size();
  const auto kinds = words_of(header.value("kinds"));
  for (std::size_t i = 0; kinds.size() == axes && i < axes; ++i) {
    if (kinds[i] == "list" || kinds[i] == "time") return i;
  }
  const bool says_none = header.is_nrrd && kinds.size() == axes;
  if (axes < 3 || says_none) return std::nullopt;
  return axes - 1;
}

std::optional<std::uint64_t> stated_frames(const SequenceHeader& header) {
  const auto axis = frame_axis(header);
  if (!axis) return std::nullopt;
  const std::string_view said = header.value(header.find("sizes") ? "sizes" : "dimsize");
  return number_of<std::uint64_t>(words_of(said)[*axis]);
}

}  // namespace trocar
