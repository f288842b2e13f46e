#include "engine/session/torn_tail.hpp"

#include <algorithm>

namespace trocar {
namespace {

constexpr std::size_t at_once = std::size_t{1} << 20U;

Result<std::unique_ptr<RecordFile>> open_behind(const std::filesystem::path& session,
                                                std::uint64_t bytes) {
  auto file = RecordFile::open(session);
  while (file && bytes > 0) {
    const auto n = static_cast<std::size_t>(std::min<std::uint64_t>(bytes, at_once));
    if (file.value()->peek(n).size() != n) {
      return Error{Code::io, session.string() + ": cannot be read again"};
    }
    file.value()->skip(n);
    bytes -= n;
  }
  return file;
}

}  // namespace

bool holds_end(mcap::Bytes bytes) {
  const auto magic = std::as_bytes(std::span(mcap::magic));
  return std::search(bytes.begin(), bytes.end(), magic.begin(), magic.end()) != bytes.end();
}

// A torn piece holds no link and no end of a session: both are written last. With one of them
// behind the fault it was a length that is wrong.
Result<bool> is_torn_only(const std::filesystem::path& session, const SessionEnd& end) {
  if (!end.fault || !end.fault->ran_out) return false;
  auto file = open_behind(session, std::max(end.whole_bytes, end.linked_bytes));
  if (!file) return file.error();
  for (;;) {
    const mcap::Bytes some = file.value()->peek(at_once);
    if (holds_link(some) || holds_end(some)) return false;
    if (some.size() < at_once) return true;
    file.value()->skip(some.size() - link_record_bytes);  // one that lies across
  }
}

}  // namespace trocar
