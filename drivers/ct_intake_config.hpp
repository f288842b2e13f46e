#pragma once
#include <filesystem>
#include <optional>

#include "drivers/dicom_port_config.hpp"
#include "drivers/series_decoder.hpp"
#include "drivers/series_inbox.hpp"
#include "drivers/watched_folder.hpp"
#include "engine/base/config_reader.hpp"

namespace trocar {

// Ways in, and what happens to what comes. At least one way.
struct CtIntakeConfig {
  std::filesystem::path spool;  // a folder of ours; what is in it is deleted when it was read
  std::optional<DicomPortConfig> port{};
  std::optional<WatchedFolderConfig> watched{};
  InboxLimits limits{};
  SeriesPatience patience{};
  DecoderConfig decoder{};
};

// The table [dicom]. Keys: ae_title, spool_folder; port, bind, [[dicom.peers]] with address (an
// address or range) and ae_title ("*": any), required when bind is not this host alone;
// watch_folder, watch_quiet_ms; series_quiet_ms, series_missing_ms; max_pdu_bytes,
// max_associations, max_object_mib, max_series_objects, max_series_mib, max_open_series;
// request_ms, idle_ms, association_ms; decoder_memory_mib, decoder_cpu_s, decoder_deadline_ms,
// decoder_processes. All but the first two have defaults, but there is no port without `port`.
// Throws ConfigError.
CtIntakeConfig read_dicom(const ConfigReader& in);

}  // namespace trocar
