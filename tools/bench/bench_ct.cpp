// Registration of one vertebra of an intraoperative CT: ours beside Debian's elastix and
// plastimatch and ITK's framework, on the same simulated scans and starts. The truth is used for
// scoring only.
#include <malloc.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "engine/registration/ct_registration.hpp"
#include "tools/bench/ct_peers.hpp"
#include "tools/bench/ct_scan_store.hpp"
#include "tools/bench/ct_sets.hpp"

namespace {

using namespace trocar;
using namespace trocar::bench;

struct Options {
  bool quick = false, json = false, no_peers = false, each = false, real_only = false;
  int starts = 40, peer_starts = 3;
  unsigned seed = 1;
  std::string real = "../shared/data/ct", sets = "ABCDEM", scans;
};

struct Row {
  std::string source, set, engine;
  int starts = 0, success = 0, accepted = 0, wrong_accepted = 0, wrong_level = 0;
  double tre_sum_mm = 0, cpu_sum_s = 0, cpu_most_s = 0, peak_mb = 0;
  int inside_95 = 0;         // of the successes: truth within the 95 % region of the covariance
  double ours_there_mm = 0;  // our TRE of a peer's successes, summed

  void add(const CtSet& from, const Tre& tre, bool said_ok, double cpu_s, double mb) {
    ++starts;
    const bool good = from.only_refusal_is_right() ? !said_ok : tre.max_mm < 1 && said_ok;
    success += good ? 1 : 0;
    accepted += said_ok ? 1 : 0;
    wrong_accepted += said_ok && (tre.max_mm >= 1 || from.only_refusal_is_right()) ? 1 : 0;
    wrong_level += tre.mean_mm > 12 ? 1 : 0;
    if (good) tre_sum_mm += tre.mean_mm;
    cpu_sum_s += cpu_s;
    cpu_most_s = std::max(cpu_most_s, cpu_s);
    peak_mb = std::max(peak_mb, mb);
  }
  [[nodiscard]] double mean_tre_mm() const { return success > 0 ? tre_sum_mm / success : 0; }
  [[nodiscard]] double cpu_s() const { return starts > 0 ? cpu_sum_s / starts : 0; }
};

double cpu_now() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

double status_mb(const char* key) {
  std::ifstream in("/proc/self/status");
  for (std::string line; std::getline(in, line);) {
    if (line.rfind(key, 0) == 0) return std::stod(line.substr(std::string(key).size() + 1)) / 1024;
  }
  return 0;
}

// Squared error of the pose in units of its covariance: chi-square of 6 degrees, mean 6.
double squared_error(const CtRegistration& r, const CtScan& scan) {
  const Eigen::Isometry3d off = r.preop_from_intraop.matrix() * scan.intraop_from_preop;
  const Eigen::AngleAxisd turn(off.linear());
  Eigen::Matrix<double, 6, 1> e;
  e << turn.angle() * turn.axis(), off * r.covariance.center.mm - r.covariance.center.mm;
  return e.dot(r.covariance.theta_t.inverse() * e);
}
bool covers(const CtRegistration& r, const CtScan& scan) { return squared_error(r, scan) < 12.59; }

// Everything from the volumes in memory: pass over the labels, models, pyramid, search, tests.
void print_start(const CtScan& scan, const CtRegistration& r, const Tre& tre) {
  const auto margin = r.margin();
  std::fprintf(
      stderr,
      "  label %d: TRE mean %.3f max %.3f mm, score %.3f, margin %.3f, mirror %.3f (%.1f), chi2 "
      "%.1f, %s\n",
      scan.target, tre.mean_mm, tre.max_mm, r.score, margin ? margin->score : 0.0,
      r.mirror_image ? r.mirror_image->score : 0.0, r.mirror_image ? r.mirror_image->sigmas : 0.0,
      squared_error(r, scan),
      r.refused ? (std::string(to_string(*r.refused)) + ": " + r.reason).c_str() : "accepted");
}

Tre run_ours(const CtSource& source, const CtScan& scan, const Eigen::Isometry3d& start,
             const CtSet& set, const Options& o, Row& row) {
  malloc_trim(0);  // what making the scan left free is not ours to use unseen
  std::ofstream("/proc/self/clear_refs") << "5";  // the high-water mark begins anew
  const double before_mb = status_mb("VmRSS:");
  const double begin = cpu_now();
  CtRegistrar registrar(source.preop, source.labels, {});
  const CtPyramid pyramid(scan.intraop);
  const auto claimed = Transform<Preop, Intraop>::declare(start);  // CLAIM: a start, to search from
  const auto result = registrar.register_vertebra(scan.target, pyramid, claimed, {});
  const double cpu_s = cpu_now() - begin;
  if (!result) return {99, 99};
  const CtRegistration& r = result.value();
  const Tre tre = tre_of(scan, r.preop_from_intraop.matrix());
  if (o.each) print_start(scan, r, tre);
  row.add(set, tre, !r.refused, cpu_s, status_mb("VmHWM:") - before_mb);
  if (!r.refused && tre.max_mm < 1 && covers(r, scan)) ++row.inside_95;
  return tre;
}

std::vector<Row> run_set(const CtSource& source, const CtSet& set, const Options& o) {
  Row ours{source.name, std::string(set.name), "trocar"};
  std::vector<Row> peers;
  if (!o.no_peers)
    for (const std::string& p : installed_peers())
      peers.push_back({source.name, std::string(set.name), p});
  const std::string folder = "/tmp/bench_ct." + std::to_string(getpid());
  const int per_scan = std::max(1, (o.starts + 7) / 8);  // some starts share a scan
  CtScan scan;
  for (int i = 0; i < o.starts; ++i) {
    if (i % per_scan == 0) {
      ScanMake make;
      make.seed = 1000 * o.seed + static_cast<unsigned>(10 * i + set.name[0]);
      const std::size_t which = static_cast<std::size_t>(i / per_scan) % source.vertebrae.size();
      make.target = source.vertebrae[which];
      make.operated = set.operated;
      make.shift_levels = set.absent_levels;
      scan = kept_scan(source, make, o.scans);
      if (set.mirrored) scan = mirrored(scan);
    }
    const Eigen::Isometry3d start = draw_start(scan, set, 7919 * o.seed + static_cast<unsigned>(i));
    const Tre tre_of_ours = run_ours(source, scan, start, set, o, ours);
    const int stride = std::max(1, o.starts / std::max(1, o.peer_starts));
    if (i % stride != 0) continue;
    for (Row& peer : peers) {
      if (peer.starts >= o.peer_starts) continue;
      const PeerRun run = run_peer(peer.engine, source, scan, start, folder);
      const Tre tre = run.preop_from_intraop ? tre_of(scan, *run.preop_from_intraop) : Tre{99, 99};
      peer.add(set, tre, run.preop_from_intraop.has_value(), run.cpu_s, run.peak_mb);
      if (tre.max_mm < 1) peer.ours_there_mm += tre_of_ours.mean_mm;
    }
  }
  std::filesystem::remove_all(folder);
  peers.insert(peers.begin(), ours);
  return peers;
}

void print(const Row& r) {
  std::printf("%-10s %-2s %-16s %3d/%-3d %9d %9d %8.3f %8.3f %8.3f %7.0f", r.source.c_str(),
              r.set.c_str(), r.engine.c_str(), r.success, r.starts, r.wrong_accepted, r.wrong_level,
              r.mean_tre_mm(), r.cpu_s(), r.cpu_most_s, r.peak_mb);
  if (r.engine == "trocar") std::printf("   %d/%d", r.inside_95, r.success);
  if (r.engine != "trocar" && r.success > 0) std::printf("   %.3f", r.ours_there_mm / r.success);
  std::printf("\n");
  std::fflush(stdout);
}

nlohmann::ordered_json to_json(const Row& r) {
  return {{"source", r.source},
          {"set", r.set},
          {"engine", r.engine},
          {"starts", r.starts},
          {"success", r.success},
          {"accepted", r.accepted},
          {"accepted_wrong", r.wrong_accepted},
          {"one_level_off", r.wrong_level},
          {"mean_tre_mm", r.mean_tre_mm()},
          {"cpu_s", r.cpu_s()},
          {"cpu_most_s", r.cpu_most_s},
          {"peak_mb", r.peak_mb},
          {"inside_95", r.inside_95},
          {"ours_where_peer_succeeded_mm", r.success > 0 ? r.ours_there_mm / r.success : 0}};
}

void run(const Options& o) {
  std::vector<CtSource> sources;
  if (!o.real_only) sources.push_back(phantom_source(o.seed));
  for (CtSource& real : real_sources(o.real)) sources.push_back(std::move(real));
  if (!o.json) {
    if (sources.size() == (o.real_only ? 0U : 1U)) {
      std::printf("no real CT in %s: that part is left out\n", o.real.c_str());
    }
    std::printf(
        "success: accepted, largest TRE of 20 points < 1 mm; in E, M refused. CPU s from volumes "
        "in "
        "memory; MB: "
        "ours "
        "over the volumes, peers whole\n%-10s %-2s %-16s %-7s %9s %9s %8s %8s %8s %7s   %s\n",
        "source", "set", "engine", "success", "acc.wrong", "levels", "TRE mm", "CPU s", "most s",
        "MB", "truth in 95 %, or our TRE where the peer succeeded");
  }
  nlohmann::ordered_json all = nlohmann::ordered_json::array();
  for (const CtSource& source : sources) {
    for (const CtSet& set : ct_sets) {
      if (o.sets.find(set.name) == std::string::npos) continue;
      for (const Row& row : run_set(source, set, o))
        o.json ? all.push_back(to_json(row)) : print(row);
    }
  }
  if (o.json) std::printf("%s\n", all.dump(2).c_str());
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{
      "Vertebra by vertebra, intraoperative CT to preoperative CT: sets A (10 mm, 10 deg), B (18, "
      "18), "
      "C (30, 25), D (A with screws, streaks, laminectomy, double noise) and E (D without the "
      "vertebra in the scan: only a refusal is right)."};
  Options o;
  app.add_flag("--quick", o.quick, "two starts of sets A and D on the phantom, no peers");
  app.add_flag("--json", o.json, "rows as JSON");
  app.add_option("--starts", o.starts, "per set and source")
      ->capture_default_str()
      ->check(CLI::Range(1, 1000));
  app.add_option("--peer-starts", o.peer_starts, "of these, run by the peers too")
      ->capture_default_str();
  app.add_flag("--no-peers", o.no_peers, "ours alone");
  app.add_flag("--each", o.each, "a line for each of our starts, on stderr");
  app.add_option("--scans", o.scans, "folder that keeps the simulated scans for the next run");
  app.add_option("--real", o.real, "folder of the real CT")->capture_default_str();
  app.add_flag("--real-only", o.real_only, "without the phantom");
  app.add_option("--sets", o.sets, "letters of the sets to run")->capture_default_str();
  app.add_option("--seed", o.seed, "of phantom, scans and starts")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  if (o.quick) {
    o.starts = 2;
    o.no_peers = true;
    o.sets = "AD";
    o.real.clear();
  }
  run(o);
  return 0;
}
