#include "tools/qa/read_report.hpp"

#include <optional>

#include "tools/qa/report_collector.hpp"

namespace trocar::qa {

Result<Report> read_report(const std::filesystem::path& session, const ReadProgress& progress) {
  auto reader = SessionReader::open(session);
  if (!reader) return reader.error();
  std::optional<ReportCollector> collector;
  const auto said = [&](const char* what) {
    return Error{Code::malformed, session.string() + ": " + what};
  };
  std::uint64_t told_chunks = 0;
  while (const SessionReader::Item* item = reader.value()->next()) {
    if (const auto* a = std::get_if<mcap::Attachment>(item)) {
      if (a->name != SessionSetup::attachment) continue;
      auto setup = decode_setup(a->data);
      if (!setup) return said(setup.error().detail.c_str());
      collector.emplace(setup.value());
    }
    const auto* m = std::get_if<mcap::Message>(item);
    if (m == nullptr) continue;
    if (!collector) return said("expected the attachment setup.pb, found none");
    if (const Status taken = collector->take(*m); !taken) {
      return said(taken.error().detail.c_str());
    }
    const SessionEnd& end = reader.value()->end();
    if (end.chunks == told_chunks) continue;
    told_chunks = end.chunks;
    if (!progress(end.whole_bytes, end.file_bytes)) return said("stopped");
  }
  if (!collector) return said("expected the attachment setup.pb, found none");
  Report report = collector->finish(reader.value()->end());
  report.session = session.filename().string();
  return report;
}

}  // namespace trocar::qa
