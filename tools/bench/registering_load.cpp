#include "tools/bench/registering_load.hpp"

#include <algorithm>
#include <vector>

#include "engine/base/background.hpp"
#include "tools/bench/ct_scan_store.hpp"

namespace trocar::bench {
namespace {

constexpr int threads = 2;

struct Patient {
  CtSource source;
  CtScan scan;
  std::vector<int> labels;
};

Patient patient_in(const std::filesystem::path& folder) {
  Patient out{phantom_source(1), {}, {}};
  ScanMake make;
  make.seed = 4242;
  make.target = out.source.vertebrae[out.source.vertebrae.size() / 2];
  make.field_mm = 307.5;
  make.height_mm = 192.5;
  make.slice_mm = 1.0;
  out.scan = kept_scan(out.source, make, folder);
  for (int k = -2; k <= 2; ++k) out.labels.push_back(make.target + k);
  return out;
}

}  // namespace

RegisteringLoad::RegisteringLoad(const std::filesystem::path& folder)
    : worker_([this, patient = patient_in(folder)](const std::stop_token& stop) {
        work_in_background();
        VertebraTeam team(patient.source.preop, patient.source.labels, {}, threads);
        CtSpine spine(patient.source.preop, patient.source.labels);
        const auto start = Transform<Preop, Intraop>::declare(
            draw_start(patient.scan, ct_sets[0], 1));  // CLAIM: a start, to search from
        while (!stop.stop_requested()) {
          const CtPyramid pyramid(patient.scan.intraop);
          const auto found = team.register_vertebrae(patient.labels, pyramid, start, stop, spine);
          if (found) ++done_;
        }
      }) {}

}  // namespace trocar::bench
