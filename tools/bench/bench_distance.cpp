// Distance of an instrument to a structure: ours beside the packages a navigator would otherwise
// use, in one run. Time per query is the least of three passes over the same poses; quantiles are
// over poses.
#include <CLI/CLI.hpp>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <functional>
#include <iostream>
#include <nlohmann/json.hpp>
#include <numeric>

#include "tools/bench/distance_engines.hpp"
#include "tools/bench/distance_meshes.hpp"
#include "tools/bench/distance_queries.hpp"
#include "tools/bench/quantiles.hpp"

namespace {

using namespace trocar;
using namespace trocar::bench;
using Clock = std::chrono::steady_clock;
using MakeEngine = std::function<std::unique_ptr<Engine>(const TriangleMesh&)>;

struct Amount {
  std::size_t warm, cold, rebuilt, checked;
};

struct Options {
  bool json = false;
  bool quick = false;
  std::string only;  // a mesh, or empty for all
};

struct Row {
  std::string mesh, ask, engine;
  Quantiles ns;
  double max_error_mm = 0.0;
  std::size_t checked = 0;
  std::optional<std::size_t> wrong_signs;  // nothing: the engine gives no sign
  double build_ms = 0.0;
};

// Larger than every cache of the machine: reading and writing it leaves nothing of the tree behind.
class CacheSweep {
 public:
  void run() {
    for (std::size_t i = 0; i < buffer_.size(); i += 8) buffer_[i] += i;
  }

 private:
  std::vector<std::uint64_t> buffer_ = std::vector<std::uint64_t>(std::size_t{12} << 20U);
};

Quantiles time_poses(Engine& engine, const Poses& poses, CacheSweep* sweep) {
  std::vector<double> least(poses.size(), std::numeric_limits<double>::infinity());
  double sink = 0.0;
  for (int pass = 0; pass < 3; ++pass) {
    for (std::size_t i = 0; i < poses.size(); ++i) {
      if (sweep != nullptr) sweep->run();
      const auto begin = Clock::now();
      sink += engine.ask(poses[i]);
      const std::chrono::duration<double, std::nano> took = Clock::now() - begin;
      least[i] = std::min(least[i], took.count());
    }
  }
  if (!std::isfinite(sink)) std::fprintf(stderr, "%s gave no number\n", engine.name().c_str());
  return quantiles(least);
}

struct Truth {
  std::vector<std::size_t> pose;
  std::vector<double> mm;
};

Truth truth_of(const TriangleMesh& mesh, const Poses& poses, std::size_t n, bool shaft) {
  Truth truth;
  const std::size_t stride = std::max<std::size_t>(1, poses.size() / n);
  for (std::size_t i = 0; i < poses.size(); i += stride) {
    const std::optional<double> mm =
        shaft ? true_clearance(mesh, poses[i]) : true_distance(mesh, poses[i].tip.mm);
    if (!mm) continue;
    truth.pose.push_back(i);
    truth.mm.push_back(*mm);
  }
  return truth;
}

void check(Engine& engine, const Poses& poses, const Truth& truth, bool shaft, Row& row) {
  std::size_t wrong = 0;
  for (std::size_t k = 0; k < truth.pose.size(); ++k) {
    const Shaft& pose = poses[truth.pose[k]];
    const double got = engine.ask(pose);
    // A capsule that overlaps is only reported as such by an engine without a sign.
    if (shaft && !engine.has_sign() && truth.mm[k] <= 0.0) continue;
    const double expected = engine.has_sign() ? truth.mm[k] : std::abs(truth.mm[k]);
    const bool sign_differs = engine.has_sign() && (got < 0.0) != (expected < 0.0);
    if (sign_differs && std::abs(expected) > 1e-9) ++wrong;
    const double error =
        shaft ? std::abs(got - expected) : std::abs(std::abs(got) - std::abs(expected));
    row.max_error_mm = std::max(row.max_error_mm, error);
    ++row.checked;
  }
  if (engine.has_sign()) row.wrong_signs = wrong;
}

void print_head() {
  std::printf("%-10s %-18s %-29s %9s %9s %9s %9s %6s %10s %7s %9s\n", "mesh", "ask", "engine",
              "p50 ns", "p99 ns", "p99.9 ns", "max ns", "n", "error mm", "wrong", "build ms");
}

void print(const Row& r) {
  const std::string wrong = r.wrong_signs ? std::to_string(*r.wrong_signs) : "n/a";
  std::printf("%-10s %-18s %-29s %9.0f %9.0f %9.0f %9.0f %6zu %10.1e %7s %9.0f\n", r.mesh.c_str(),
              r.ask.c_str(), r.engine.c_str(), r.ns.p50, r.ns.p99, r.ns.p999, r.ns.max, r.ns.n,
              r.max_error_mm, wrong.c_str(), r.build_ms);
  std::fflush(stdout);
}

nlohmann::json to_json(const Row& r) {
  nlohmann::json j{
      {"mesh", r.mesh},       {"ask", r.ask},          {"engine", r.engine},
      {"p50_ns", r.ns.p50},   {"p99_ns", r.ns.p99},    {"p999_ns", r.ns.p999},
      {"max_ns", r.ns.max},   {"n", r.ns.n},           {"max_error_mm", r.max_error_mm},
      {"checked", r.checked}, {"build_ms", r.build_ms}};
  j["wrong_signs"] = r.wrong_signs ? nlohmann::json(*r.wrong_signs) : nlohmann::json(nullptr);
  return j;
}

class Bench {
 public:
  explicit Bench(const Options& options) : options_(options) {
    amount_ = options.quick ? Amount{2000, 60, 3, 40} : Amount{20000, 1000, 30, 400};
    if (!options_.json) print_head();
  }

  void run(const std::string& name, const TriangleMesh& mesh) {
    if (!options_.only.empty() && options_.only != name) return;
    mesh_ = name;
    const Poses path = trajectory(mesh, amount_.warm);
    const Poses wide = anywhere(mesh, amount_.warm);
    const Poses close = near_surface(mesh, amount_.warm);
    // Every stride-th pose of the path: cold calls meet all its phases too.
    const Poses cold = every(path, amount_.warm / amount_.cold);
    const Poses few = every(path, amount_.warm / amount_.rebuilt);
    const std::vector<MakeEngine> tips = {make_ours_tip, make_vtk_kept, make_cgal, make_embree};
    ask("tip trajectory", mesh, path, tips, false);
    ask("tip trajectory", mesh, few, {make_vtk_rebuilt}, false);
    ask("tip random", mesh, wide, tips, false);
    ask("tip within 5 mm", mesh, close, tips, false);
    ask("tip cold", mesh, cold, tips, true);
    const std::vector<MakeEngine> shafts = {make_ours_shaft, make_fcl_capsule};
    ask("shaft trajectory", mesh, path, shafts, false);
    ask("shaft random", mesh, wide, shafts, false);
    ask("shaft within 5 mm", mesh, close, shafts, false);
    ask("shaft cold", mesh, cold, shafts, true);
  }

  void finish() const {
    if (!options_.json) return;
    nlohmann::json rows = nlohmann::json::array();
    for (const Row& r : rows_) rows.push_back(to_json(r));
    std::cout << nlohmann::json{{"bench", "distance"}, {"rows", rows}}.dump(2) << '\n';
  }

 private:
  static Poses every(const Poses& poses, std::size_t stride) {
    Poses out;
    for (std::size_t i = 0; i < poses.size(); i += std::max<std::size_t>(1, stride)) {
      out.push_back(poses[i]);
    }
    return out;
  }

  void ask(const std::string& what, const TriangleMesh& mesh, const Poses& poses,
           const std::vector<MakeEngine>& engines, bool cold) {
    const bool shaft = what.starts_with("shaft");
    const std::size_t checked = shaft ? amount_.checked / 8 : amount_.checked;
    const Truth truth = truth_of(mesh, poses, std::max<std::size_t>(1, checked), shaft);
    const std::size_t first = rows_.size();
    for (const MakeEngine& make : engines) {
      Row row{mesh_, what, "", {}, 0.0, 0, std::nullopt, 0.0};
      const auto begin = Clock::now();
      const std::unique_ptr<Engine> engine = make(mesh);
      row.build_ms = std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
      row.engine = engine->name();
      row.ns = time_poses(*engine, poses, cold ? &sweep_ : nullptr);
      check(*engine, poses, truth, shaft, row);
      rows_.push_back(row);
      if (!options_.json) print(row);
    }
    compare(first);
  }

  // The first engine of a group is ours.
  void compare(std::size_t first) const {
    if (options_.json || rows_.size() - first < 2) return;
    const auto best =
        std::min_element(rows_.begin() + static_cast<std::ptrdiff_t>(first) + 1, rows_.end(),
                         [](const Row& a, const Row& b) { return a.ns.p50 < b.ns.p50; });
    std::printf("%-29s trocar is %.1f times (p50) and %.1f times (p99) as fast as %s\n", "",
                best->ns.p50 / rows_[first].ns.p50, best->ns.p99 / rows_[first].ns.p99,
                best->engine.c_str());
  }

  Options options_;
  Amount amount_{};
  std::string mesh_;
  CacheSweep sweep_;
  std::vector<Row> rows_;
};

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app{
      "Times signed distance queries of trocar beside vtkImplicitPolyDataDistance (kept, and\n"
      "rebuilt per pose), CGAL's AABB tree, Embree's point query and FCL's capsule distance, on\n"
      "tumours of 5k, 50k, 500k triangles and a vertebra. Errors are against a brute-force search\n"
      "over all triangles in double precision. Minutes without --quick."};
  app.add_flag("--json", options.json, "one JSON object instead of the table");
  app.add_flag("--quick", options.quick, "fewer queries: a look, not a measurement");
  app.add_option("--mesh", options.only, "only this mesh")
      ->check(CLI::IsMember({"tumour5k", "tumour50k", "tumour500k", "vertebra"}));
  CLI11_PARSE(app, argc, argv);
  try {
    Bench bench(options);
    bench.run("tumour5k", lobulated_tumour(16));
    bench.run("tumour50k", lobulated_tumour(50));
    bench.run("vertebra", vertebra());
    bench.run("tumour500k", lobulated_tumour(158));
    bench.finish();
  } catch (const std::exception& e) {
    std::fprintf(stderr, "bench_distance: %s\n", e.what());
    return 1;
  }
  return 0;
}
