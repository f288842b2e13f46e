#include "engine/model/text_header.hpp"

#include <fstream>

namespace trocar {
namespace {

constexpr std::size_t most_bytes = std::size_t{1} << 20U;

std::string trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return std::string(text.substr(first, text.find_last_not_of(" \t\r") + 1 - first));
}

}  // namespace

TextHeader read_text_header(const std::filesystem::path& file, char separator,
                            std::string_view last) {
  std::string head(most_bytes, '\0');
  std::ifstream in(file, std::ios::binary);
  in.read(head.data(), static_cast<std::streamsize>(head.size()));
  head.resize(static_cast<std::size_t>(in.gcount()));
  TextHeader out;
  while (out.bytes < head.size()) {
    const std::size_t end = head.find('\n', out.bytes);
    const std::string line = trimmed(std::string_view(head).substr(out.bytes, end - out.bytes));
    out.bytes = end == std::string::npos ? head.size() : end + 1;
    const std::size_t at = line.find(separator);
    // NRRD: after '#' a comment, after ":=" a note of somebody's own.
    if (at != std::string::npos && line.front() != '#' &&
        !(separator == ':' && line[at + 1] == '=')) {
      out.entries[trimmed(line.substr(0, at))] = trimmed(line.substr(at + 1));
    }
    if (last.empty() ? line.empty() : line.starts_with(last)) break;
  }
  return out;
}

}  // namespace trocar
