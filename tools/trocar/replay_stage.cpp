#include "tools/trocar/replay_stage.hpp"

#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "tools/trocar/plan_scene.hpp"

namespace trocar {
namespace {

Result<StreamNames> names_of(const SessionSetup& setup) {
  std::vector<std::string> tools;
  for (const ToolModel& t : setup.tools) {
    tools.push_back(t.role == ToolRole::tool ? t.name : "");
  }
  std::vector<StreamNames::StructureNames> structures;
  for (const Structure& s : setup.plan.structures) {
    structures.push_back({s.id, setup.plan.vertebrae[s.vertebra.index].name});
  }
  return StreamNames::check(tools, structures);
}

}  // namespace

Timestamp PlayerTime::now() const {
  const std::chrono::duration<double, std::nano> passed = std::chrono::steady_clock::now() - began_;
  return from_ + std::chrono::duration_cast<Duration>(passed * speed_);
}

void PlayerTime::wait_until(Timestamp t) const {
  const std::chrono::duration<double, std::nano> left = (t - now()) / speed_;
  if (left.count() > 0) std::this_thread::sleep_for(left);
}

ReplayStage::~ReplayStage() {
  if (server_) server_->stop();
}

Result<std::uint16_t> ReplayStage::open(const SessionSetup& setup, std::uint16_t port) {
  auto names = names_of(setup);
  if (!names) return names.error();
  ServerConfig config;
  config.port = port;
  StreamScene scene = scene_of(setup.plan, names.value());
  scene.warnings.insert(scene.warnings.begin(),
                        "issue=replay text=recorded earlier: nothing here is live");
  auto server = GuidanceServer::start(
      config, std::move(scene), {newest_, lines_, published_, time_, {{}, setup.utc_at_zero_ns}});
  if (!server) return server.error();
  server_ = std::move(server).value();
  return server_->port();
}

void ReplayStage::show(const Navigator& navigator, bool was_published) {
  for (const StateLine& line : navigator.lines()) lines_.push(line);
  if (!was_published) return;
  newest_.publish(navigator.guidance());
  published_.notify();
}

}  // namespace trocar
