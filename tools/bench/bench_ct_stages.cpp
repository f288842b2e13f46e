#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <functional>
#include <nlohmann/json.hpp>

#include "engine/registration/ct_registration.hpp"
#include "tools/bench/ct_scan_store.hpp"

// docs/benchmarks.md says what is measured and how to read it.
namespace {

using namespace trocar;
using namespace trocar::bench;

struct Options {
  bool json = false;
  bool quick = false;
  int rounds = 10;
  std::string scans;
};

// CPU and wall clock of one stage over the rounds: the middle one and the best.
class Stage {
 public:
  explicit Stage(std::string name) : name_(std::move(name)) {}

  void run(const std::function<void()>& work) {
    const std::clock_t cpu = std::clock();
    const auto wall = std::chrono::steady_clock::now();
    work();
    cpu_ms_.push_back(1e3 * static_cast<double>(std::clock() - cpu) / CLOCKS_PER_SEC);
    wall_ms_.push_back(
        std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - wall).count());
  }
  void print() const {
    std::printf("  %-52s %9.1f %9.1f %9.1f\n", name_.c_str(), middle(cpu_ms_),
                *std::min_element(cpu_ms_.begin(), cpu_ms_.end()), middle(wall_ms_));
  }
  [[nodiscard]] nlohmann::json json() const {
    return {{"stage", name_}, {"cpu_ms", middle(cpu_ms_)}, {"wall_ms", middle(wall_ms_)}};
  }

 private:
  static double middle(std::vector<double> all) {
    std::sort(all.begin(), all.end());
    return all[all.size() / 2];
  }

  std::string name_;
  std::vector<double> cpu_ms_, wall_ms_;
};

void must(bool good, const char* what) {
  if (good) return;
  std::fprintf(stderr, "bench_ct_stages: %s\n", what);
  std::exit(5);
}

// One vertebra of a scan of 8 million voxels, from the volumes in memory to the judged pose.
void one_vertebra(const CtSource& source, const Options& o, std::vector<Stage>& stages) {
  ScanMake make;
  make.seed = 1065;
  make.target = source.vertebrae.front();
  const CtScan scan = kept_scan(source, make, o.scans);
  const auto start =
      Transform<Preop, Intraop>::declare(draw_start(scan, ct_sets[0], 7919));  // CLAIM: a start
  Stage whole("one vertebra, all of the below"), labels("labels of the preoperative CT"),
      pyramid("pyramid of the scan"), first("vertebra with the models of five bones"),
      again("vertebra, models known"), local("local registration, no search");
  for (int round = 0; round < o.rounds; ++round) {
    std::unique_ptr<CtRegistrar> registrar;
    std::unique_ptr<CtPyramid> levels;
    std::optional<CtRegistration> found;
    whole.run([&] {
      labels.run([&] {
        registrar = std::make_unique<CtRegistrar>(source.preop, source.labels, CtLimits{});
      });
      pyramid.run([&] { levels = std::make_unique<CtPyramid>(scan.intraop); });
      first.run([&] {
        auto r = registrar->register_vertebra(scan.target, *levels, start, {});
        if (r) found = r.value();
      });
    });
    must(found && !found->refused, "the vertebra was refused");
    must(tre_of(scan, found->preop_from_intraop.matrix()).max_mm < 1, "the vertebra is off");
    again.run(
        [&] { static_cast<void>(registrar->register_vertebra(scan.target, *levels, start, {})); });
    Eigen::Isometry3d moved = found->preop_from_intraop.matrix();
    moved.translation() += Eigen::Vector3d(1.0, -0.7, 0.8);  // what a patient moves on the table
    const auto near = Transform<Preop, Intraop>::declare(moved);  // CLAIM: a start near the answer
    std::optional<CtRegistration> close;
    local.run([&] {
      auto r = registrar->refine_vertebra(scan.target, *levels, near);
      if (r) close = r.value();
    });
    must(close && !close->refused, "the local registration was refused");
    must(tre_of(scan, close->preop_from_intraop.matrix()).max_mm < 1, "the local one is off");
  }
  for (const Stage& s : {whole, labels, pyramid, first, again, local}) stages.push_back(s);
}

// Five vertebrae of a scan of 512 x 512 x 192 voxels.
void five_vertebrae(const CtSource& source, const Options& o, std::vector<Stage>& stages) {
  ScanMake make;
  make.seed = 4242;
  make.target = source.vertebrae[source.vertebrae.size() / 2];
  make.field_mm = 307.5;
  make.height_mm = 192.5;
  make.slice_mm = 1.0;
  const CtScan scan = kept_scan(source, make, o.scans);
  const auto& size = scan.intraop->geometry.size;
  must(size == std::array<int, 3>{512, 512, 192}, "the scan has another size");
  const auto start =
      Transform<Preop, Intraop>::declare(draw_start(scan, ct_sets[0], 1));  // CLAIM: a start
  std::vector<int> labels;
  for (int k = -2; k <= 2; ++k) labels.push_back(make.target + k);
  Stage whole("five vertebrae of 512 x 512 x 192, all of it"), pyramid("pyramid of that scan");
  for (int round = 0; round < o.rounds; ++round) {
    std::vector<CtRegistration> found;
    whole.run([&] {
      CtRegistrar registrar(source.preop, source.labels, {});
      std::unique_ptr<CtPyramid> levels;
      pyramid.run([&] { levels = std::make_unique<CtPyramid>(scan.intraop); });
      auto r = registrar.register_vertebrae(labels, *levels, start, {}, {});
      if (r) found = std::move(r.value());
    });
    must(found.size() == labels.size(), "a vertebra was not looked for");
    for (const CtRegistration& r : found) {
      if (r.refused) std::fprintf(stderr, "label %d: %s\n", r.label, r.reason.c_str());
      must(!r.refused, "a vertebra was refused");
      if (r.label != scan.target) continue;
      must(tre_of(scan, r.preop_from_intraop.matrix()).max_mm < 1, "the target is off");
    }
  }
  for (const Stage& s : {whole, pyramid}) stages.push_back(s);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{
      "Where the time of registering an intraoperative CT goes: CPU (middle and least of the\n"
      "rounds) and wall clock by stage, from volumes in memory, one thread. Exit code 5 when a\n"
      "vertebra is refused or off by a millimetre."};
  Options o;
  app.add_flag("--json", o.json, "the stages as one JSON array");
  app.add_flag("--quick", o.quick, "two rounds, one vertebra");
  app.add_option("--rounds", o.rounds, "how often each is done")->check(CLI::Range(1, 1000));
  app.add_option("--scans", o.scans, "folder that keeps the simulated scans for the next run");
  CLI11_PARSE(app, argc, argv);
  if (o.quick) o.rounds = 2;
  const CtSource source = phantom_source(1);
  std::vector<Stage> stages;
  one_vertebra(source, o, stages);
  if (!o.quick) five_vertebrae(source, o, stages);
  if (o.json) {
    nlohmann::json all = nlohmann::json::array();
    for (const Stage& s : stages) all.push_back(s.json());
    std::puts(all.dump().c_str());
    return 0;
  }
  std::printf("  %-52s %9s %9s %9s\n", "ms", "CPU", "least", "wall");
  for (const Stage& s : stages) s.print();
  return 0;
}
