#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <stdexcept>

#include "engine/runtime/session_setup.hpp"
#include "engine/session/session_messages.hpp"
#include "engine/session/session_writer.hpp"
#include "tools/qa/read_report.hpp"
#include "tools/qa/report_json.hpp"
#include "tools/qa/report_page.hpp"

// docs/benchmarks.md says what is measured and how to read it.
namespace {

using namespace trocar;

constexpr std::size_t tools = 4;
constexpr std::size_t structures = 3;
constexpr double rate_hz = 60;

// Four instruments and three structures; the navigator never sees it.
SessionSetup setup() {
  SessionSetup s;
  s.trocar_version = "bench";
  s.plan.id = "bench";
  s.plan.vertebrae = {{"L3", 3}};
  auto mesh = std::make_shared<TriangleMesh>();
  mesh->vertices_mm = {{0, 0, 0}, {1, 0, 0}, {0, 1, 0}, {0, 0, 1}};
  mesh->triangles = {{0, 2, 1}, {0, 1, 3}, {0, 3, 2}, {1, 2, 3}};
  for (std::size_t i = 0; i < structures; ++i) {
    s.plan.structures.push_back({"structure" + std::to_string(i),
                                 StructureKind::tumour,
                                 VertebraId{0},
                                 {1, 3, 0.5},
                                 mesh,
                                 0.3});
  }
  for (std::size_t i = 0; i <= tools; ++i) {
    ToolModel t;
    t.name = i == tools ? "reference" : "tool" + std::to_string(i);
    t.role = i == tools ? ToolRole::reference : ToolRole::tool;
    s.tools.push_back(t);
  }
  return s;
}

Eigen::Isometry3d pose_at(double mm) {
  Eigen::Isometry3d m = Eigen::Isometry3d::Identity();
  m.translation() = Eigen::Vector3d(mm, 2 * mm, 30);
  return m;
}

TrackerFrame frame_at(std::uint32_t n, Timestamp at) {
  TrackerFrame f{n, at - duration_from_ms(10), Duration(1000), at - duration_from_ms(1), {}};
  for (std::uint8_t i = 0; i <= tools; ++i) {
    f.bodies.push_back(
        {ToolId{i},
         // CLAIM: a load, not a pose
         MarkerPose{Transform<Tracker, Marker>::declare(pose_at(std::sin(n * 0.01))), 0.1, false},
         0});
  }
  return f;
}

Guidance guidance_at(std::uint64_t n, Timestamp at) {
  Guidance g;
  g.sequence = n;
  g.now = at;
  g.state = EngineState::ready;
  g.recording = Recording::on;
  for (std::uint8_t i = 0; i < tools; ++i) {
    ToolGuidance t;
    t.tool = ToolId{i};
    t.acquired = at - duration_from_ms(10);
    t.age = duration_from_ms(10);
    const double mm = 20 * std::sin(static_cast<double>(n) * 0.001 * (i + 1));
    t.pose = ToolPose{Transform<Preop, Tip>::declare(pose_at(mm)), false, 0.8};  // CLAIM: the same
    for (std::uint8_t s = 0; s < structures; ++s) {
      t.structures.push_back({StructureId{s}, StructureDistance{mm,
                                                                0.8,
                                                                mm,
                                                                0.9,
                                                                0,
                                                                {{0, 0, 0}},
                                                                {{0, 0, 1}},
                                                                0.7,
                                                                mm < 0 ? Zone::stop : Zone::clear,
                                                                false}});
    }
    g.tools.push_back(t);
  }
  return g;
}

void write_session(const std::filesystem::path& file, double hours) {
  auto created = create_append_file(file);
  if (!created) throw std::runtime_error(created.error().detail);
  auto writer = SessionWriter::begin(
      std::move(created).value(),
      {"bench",
       session_schemas(),
       session_channels(),
       {{0, SessionSetup::attachment, "application/protobuf", encode(setup())}}});
  if (!writer) throw std::runtime_error(writer.error().detail);
  const auto frames = static_cast<std::uint64_t>(hours * 3600 * rate_hz);
  for (std::uint64_t n = 1; n <= frames; ++n) {
    const Timestamp at(duration_from_ms(1e3 * static_cast<double>(n) / rate_hz));
    const auto add = [&](Topic topic, const std::string& message) {
      writer.value()->add(static_cast<std::uint16_t>(topic),
                          static_cast<std::uint64_t>(at.time_since_epoch().count()),
                          std::as_bytes(std::span(message)));
    };
    add(Topic::tracker_frame, encode(Step{n, at, frame_at(static_cast<std::uint32_t>(n), at)}));
    add(Topic::guidance, encode(guidance_at(n, at)));
    if (n % 600 == 0 && !writer.value()->commit()) throw std::runtime_error("disk full");
  }
  if (!writer.value()->close()) throw std::runtime_error("disk full");
}

struct Cost {
  double seconds = 0;
  double most_mb = 0;  // resident
  int exit_code = 0;
};

// In a process of its own, so that its memory is its own.
Cost cost_of_report(const std::filesystem::path& file) {
  const auto began = std::chrono::steady_clock::now();
  const pid_t child = ::fork();
  if (child < 0) throw std::runtime_error("no process");
  if (child == 0) {
    const auto report = qa::read_report(file, [](std::uint64_t, std::uint64_t) { return true; });
    if (!report) ::_exit(1);
    const std::string json = qa::json_of(report.value()).dump(1);
    const std::string page = qa::page_of(report.value());
    ::_exit(json.empty() || page.empty() ? 1 : 0);
  }
  int status = 0;
  rusage used{};
  ::wait4(child, &status, 0, &used);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  return {took.count(), static_cast<double>(used.ru_maxrss) / 1e3,
          WIFEXITED(status) ? WEXITSTATUS(status) : -1};
}

int run(double hours, const std::string& folder) {
  const std::filesystem::path file = std::filesystem::path(folder) / "bench_qa.mcap";
  std::filesystem::remove(file);
  // Written in a process of its own, too: a fork begins with the memory of its parent.
  const pid_t writer = ::fork();
  if (writer == 0) {
    write_session(file, hours);
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(writer, &status, 0);
  if (status != 0) throw std::runtime_error("cannot write " + file.string());
  const double mb = static_cast<double>(std::filesystem::file_size(file)) / 1e6;
  const Cost cost = cost_of_report(file);
  std::filesystem::remove(file);
  std::printf("%.2f h of %zu tools at %.0f Hz, %zu structures, %.0f MB: %.2f s, %.0f MB resident\n",
              hours, tools, rate_hz, structures, mb, cost.seconds, cost.most_mb);
  return cost.exit_code;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Times the report of a long session: four tools, three structures, 60 Hz."};
  double hours = 1;
  std::string folder = ".";
  bool quick = false;
  app.add_option("--hours", hours, "of the session")->check(CLI::Range(0.001, 1000.0));
  app.add_option("--folder", folder, "where it is written")->check(CLI::ExistingDirectory);
  app.add_flag("--quick", quick, "a minute: a look, not a measurement");
  CLI11_PARSE(app, argc, argv);
  try {
    return run(quick ? 1.0 / 60 : hours, folder);
  } catch (const std::exception& e) {
    std::fprintf(stderr, "bench_qa: %s\n", e.what());
    return 1;
  }
}
