#include "tools/trocar/session_copy.hpp"

#include <memory>
#include <utility>

#include "engine/session/session_writer.hpp"

namespace trocar {
namespace {

Result<std::unique_ptr<SessionWriter>> begin_copy(const std::filesystem::path& to,
                                                  const Contents& all) {
  auto created = create_append_file(to);
  if (!created) return created.error();
  return SessionWriter::begin(
      std::move(created).value(),
      {"trocar " TROCAR_VERSION " (recovered)", all.schemas, all.channels, all.attachments});
}

}  // namespace

// The prologue is whole when the first message comes; the copy begins then.
Result<SessionCopy> copy_session(const std::string& from, const std::string& to, const char* doing,
                                 const Keep& keep) {
  constexpr std::size_t chunk_bytes = std::size_t{1} << 20U;
  auto out = Unfinished::of(to);
  if (!out) return out.error();
  std::unique_ptr<SessionWriter> writer;
  const auto take = [&](const Contents& read, const mcap::Message& m) -> Status {
    if (!writer) {
      auto begun = begin_copy(out.value().part(), read);
      if (!begun) return begun.error();
      writer = std::move(begun).value();
    }
    if (m.channel < 1 || m.channel > read.channels.size()) {
      return Error{Code::malformed, from + ": a message of a channel that is not declared"};
    }
    const auto passed_ns = static_cast<std::int64_t>(m.log_time_ns - read.first_ns);
    if (!keep(static_cast<Topic>(m.channel), static_cast<double>(passed_ns) / 1e9)) return Done{};
    writer->add(m.channel, m.log_time_ns, m.data);
    return writer->pending_bytes() < chunk_bytes ? Status(Done{}) : writer->commit();
  };
  auto all = read_contents(from, doing, take);
  if (!all) return all.error();
  if (!writer) return Error{Code::malformed, from + ": no message in it is whole"};
  if (const Status closed = writer->close(); !closed) return closed.error();
  return SessionCopy{std::move(all).value(), std::move(out).value()};
}

}  // namespace trocar
