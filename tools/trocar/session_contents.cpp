#include "tools/trocar/session_contents.hpp"

#include <algorithm>

#include "tools/trocar/progress_bar.hpp"
#include "tools/trocar/stop_flag.hpp"

namespace trocar {

Result<Contents> read_contents(const std::string& file, const char* doing,
                               const OnMessage& on_message) {
  auto reader = SessionReader::open(file);
  if (!reader) return reader.error();
  Contents all;
  ProgressBar bar(doing);
  while (const SessionReader::Item* item = reader.value()->next()) {
    if (stop_wanted()) return Error{Code::io, file + ": stopped before it was read"};
    if (const auto* s = std::get_if<mcap::Schema>(item)) all.schemas.push_back(*s);
    if (const auto* c = std::get_if<mcap::Channel>(item)) all.channels.push_back(*c);
    if (const auto* a = std::get_if<mcap::Attachment>(item)) all.attachments.push_back(*a);
    const auto* m = std::get_if<mcap::Message>(item);
    if (m == nullptr) continue;
    if (all.messages.empty()) all.first_ns = all.last_ns = m->log_time_ns;
    all.last_ns = std::max(all.last_ns, m->log_time_ns);
    ++all.messages[m->channel];
    if (const Status taken = on_message(all, *m); !taken) return taken.error();
    bar.tell(reader.value()->end().whole_bytes, reader.value()->end().file_bytes);
  }
  all.end = reader.value()->end();
  return all;
}

}  // namespace trocar
