#include "drivers/ct_intake_config.hpp"

#include <algorithm>

namespace trocar {

namespace {

constexpr std::size_t mib = 1U << 20U;

Duration ms_or(const ConfigReader& in, const char* key, Duration absent, double min, double max) {
  return duration_from_ms(in.number_or(key, milliseconds_of(absent), min, max));
}

std::size_t count_or(const ConfigReader& in, const char* key, std::size_t absent, std::int64_t min,
                     std::int64_t max) {
  return static_cast<std::size_t>(in.integer_or(key, static_cast<std::int64_t>(absent), min, max));
}

// PS3.5 sect. 6.2, AE: 1 to 16 characters, no backslash; spaces at the ends do not count.
std::string read_ae_title(const ConfigReader& in) {
  std::string title = in.text("ae_title");
  const bool good = title.size() <= 16 && title.front() != ' ' && title.back() != ' ' &&
                    std::none_of(title.begin(), title.end(),
                                 [](char c) { return c < ' ' || c > '~' || c == '\\'; });
  if (!good) in.fail("ae_title", "1 to 16 characters without backslash", "\"" + title + "\"");
  return title;
}

DicomPeer read_peer(const ConfigReader& in) {
  DicomPeer peer;
  if (in.text("ae_title") != "*") peer.ae_title = read_ae_title(in);
  const auto range = IpRange::parse(in.text("address"));
  if (!range) in.fail("address", "an address or range such as 10.1.0.0/16", range.error().detail);
  peer.address = range.value();
  return peer;
}

DicomPortConfig read_port(const ConfigReader& in, const std::string& ae_title) {
  DicomPortConfig c;
  c.ae_title = ae_title;
  c.port = static_cast<std::uint16_t>(in.integer("port", 0, 65535));
  c.bind = in.text_or("bind", c.bind);
  const auto address = IpAddress::parse(c.bind);
  if (!address) in.fail("bind", "an IP address such as 127.0.0.1", "\"" + c.bind + "\"");
  if (in.has("peers")) {
    for (const ConfigReader& peer : in.tables("peers")) c.peers.push_back(read_peer(peer));
  } else if (!address.value().is_loopback()) {
    in.fail("peers", "who may send, as [[dicom.peers]], when bind is not this host alone",
            "nothing");
  }
  c.max_pdu_bytes =
      static_cast<std::uint32_t>(count_or(in, "max_pdu_bytes", c.max_pdu_bytes, 4096, 131'072));
  c.max_associations = count_or(in, "max_associations", c.max_associations, 1, 64);
  c.request = ms_or(in, "request_ms", c.request, 100, 60'000);
  c.idle = ms_or(in, "idle_ms", c.idle, 1000, 300'000);
  c.association = ms_or(in, "association_ms", c.association, 1000, 3'600'000);
  return c;
}

}  // namespace

CtIntakeConfig read_dicom(const ConfigReader& in) {
  CtIntakeConfig c;
  const std::string ae_title = read_ae_title(in);
  c.spool = in.path("spool_folder");
  if (in.has("port")) c.port = read_port(in, ae_title);
  if (in.has("watch_folder")) {
    c.watched.emplace();
    c.watched->folder = in.existing_path("watch_folder");
    c.watched->quiet = ms_or(in, "watch_quiet_ms", c.watched->quiet, 100, 60'000);
  }
  if (!c.port && !c.watched) in.fail("port", "a port, a watch_folder, or both", "neither");
  const std::size_t object_bytes = mib * count_or(in, "max_object_mib", 64, 1, 1024);
  if (c.port) c.port->max_object_bytes = object_bytes;
  if (c.watched) c.watched->max_file_bytes = object_bytes;
  c.limits.max_objects = count_or(in, "max_series_objects", c.limits.max_objects, 2, 20'000);
  c.limits.max_bytes = mib * count_or(in, "max_series_mib", c.limits.max_bytes / mib, 1, 16'384);
  c.limits.max_open_series = count_or(in, "max_open_series", c.limits.max_open_series, 1, 64);
  c.patience.quiet = ms_or(in, "series_quiet_ms", c.patience.quiet, 50, 60'000);
  c.patience.missing = ms_or(in, "series_missing_ms", c.patience.missing, 100, 600'000);
  ProcessLimits& limits = c.decoder.limits;
  limits.memory_bytes =
      mib * count_or(in, "decoder_memory_mib", limits.memory_bytes / mib, 64, 65'536);
  limits.cpu = std::chrono::seconds(in.integer_or("decoder_cpu_s", 60, 1, 3600));
  c.decoder.deadline = ms_or(in, "decoder_deadline_ms", c.decoder.deadline, 100, 600'000);
  c.decoder.processes = static_cast<int>(in.integer_or("decoder_processes", 2, 1, 64));
  in.finish();
  return c;
}

}  // namespace trocar
