// Spheres of a reference plate in an intraoperative CT: found, measured and matched, beside the
// truth they were painted with. CPU time, the least of the rounds' median; errors over all rounds.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <iostream>
#include <nlohmann/json.hpp>
#include <random>

#include "engine/registration/fiducial_matching.hpp"

namespace {

using namespace trocar;

struct Options {
  bool json = false, quick = false;
  int rounds = 10;
};

struct Scene {
  IntraopVolume ct;
  Transform<Reference, Intraop> truth;
  std::vector<Point<Intraop>> centers;
};

ReferencePhantom plate() {
  const std::vector<Eigen::Vector3d> points{{-34, -21, -24}, {31, -26, -21}, {38, 9, -26},
                                            {-27, 14, -18},  {-6, 33, -25},  {19, 29, -17},
                                            {4, -33, -28}};
  ReferencePhantom p{"bench", "simulated", "", 5.0, 1500, 0.03, 0.5, {}};
  for (const Eigen::Vector3d& c : points)
    p.fiducials.push_back({"S" + std::to_string(p.fiducials.size() + 1), {c}});
  return p;
}

// A ball: each voxel the mean of 5 x 5 x 5 points in it.
void paint(CtVolume& ct, const Eigen::Vector3d& center, double radius_mm, double hu) {
  const VolumeGeometry& g = ct.geometry;
  const Eigen::Vector3d middle = g.index_of({center});
  std::array<int, 3> low{}, high{};
  for (std::size_t k = 0; k < 3; ++k) {
    const auto axis = static_cast<Eigen::Index>(k);
    const double reach = radius_mm / g.spacing_mm[axis] + 1;
    low[k] = std::max(0, static_cast<int>(middle[axis] - reach));
    high[k] = std::min(g.size[k] - 1, static_cast<int>(middle[axis] + reach) + 1);
  }
  for (int z = low[2]; z <= high[2]; ++z)
    for (int y = low[1]; y <= high[1]; ++y)
      for (int x = low[0]; x <= high[0]; ++x) {
        int inside = 0;
        for (int i = 0; i < 125; ++i) {
          const Eigen::Vector3d part(i % 5 * 0.2 - 0.4, i / 5 % 5 * 0.2 - 0.4, i / 25 * 0.2 - 0.4);
          if ((g.at(Eigen::Vector3d(x, y, z) + part).mm - center).norm() < radius_mm) ++inside;
        }
        std::int16_t& voxel = ct.hounsfield[CtVolume::voxel_offset(g, x, y, z)];
        voxel = static_cast<std::int16_t>(voxel + (hu - voxel) * inside / 125.0);
      }
}

// Soft tissue and air with noise, a spine of bright bone, screws, and the plate over the back.
Scene make_scene(unsigned seed, const Options& options) {
  std::mt19937_64 random(seed);
  auto ct = std::make_shared<CtVolume>();
  ct->geometry.size = options.quick ? std::array{256, 256, 112} : std::array{512, 512, 192};
  ct->geometry.spacing_mm = Eigen::Vector3d::Constant(options.quick ? 0.8 : 0.6);
  ct->geometry.origin.mm = {-150, -140, -300};
  std::normal_distribution<double> noise(0, 30);
  std::vector<std::int16_t> drawn(1U << 16U);
  for (auto& n : drawn) n = static_cast<std::int16_t>(noise(random));
  std::size_t at = 0;
  for (int z = 0; z < ct->geometry.size[2]; ++z)
    for (int y = 0; y < ct->geometry.size[1]; ++y)
      for (int x = 0; x < ct->geometry.size[0]; ++x, ++at) {
        const double across = x - 0.5 * ct->geometry.size[0], up = z % 60 - 30.0;
        const double bone =
            std::hypot(across / 40, (y - 0.45 * ct->geometry.size[1]) / 30, up / 20);
        const double base = y > 0.75 * ct->geometry.size[1] ? -1000
                            : bone < 1                      ? 300
                            : bone < 1.08                   ? 1400
                                                            : 40;
        ct->hounsfield.push_back(static_cast<std::int16_t>(
            std::max(-1024.0, base + drawn[(at * 2654435761U >> 7U) % drawn.size()])));
      }
  const Eigen::Vector3d size = ct->geometry.spacing_mm.cwiseProduct(
      Eigen::Vector3d(ct->geometry.size[0], ct->geometry.size[1], ct->geometry.size[2]));
  std::uniform_real_distribution<double> jitter(-3, 3);
  Eigen::Isometry3d pose = Eigen::Isometry3d::Identity();
  pose.linear() = (Eigen::AngleAxisd(-M_PI / 2 + 0.02 * jitter(random), Eigen::Vector3d::UnitX()) *
                   Eigen::AngleAxisd(0.02 * jitter(random), Eigen::Vector3d::UnitY()))
                      .toRotationMatrix();
  pose.translation() = ct->geometry.origin.mm + size.cwiseProduct(Eigen::Vector3d(0.5, 0.84, 0.5)) +
                       Eigen::Vector3d(jitter(random), 20 + jitter(random), jitter(random)) -
                       pose.linear() * Eigen::Vector3d(0, 0, -23) - Eigen::Vector3d(0, 20, 0);
  std::vector<Point<Intraop>> centers;
  for (const ReferenceFiducial& f : plate().fiducials) {
    centers.push_back({pose * f.center.mm});
    paint(*ct, centers.back().mm, 2.5, 2600);
  }
  for (int i = 0; i < 12; ++i)  // screws and clips: other sizes of metal
    paint(*ct,
          ct->geometry.origin.mm + size.cwiseProduct(Eigen::Vector3d(0.3 + 0.03 * i, 0.5, 0.5)),
          i % 2 == 0 ? 1.2 : 4.0, 3071);
  const auto intraop_from_reference =
      Transform<Intraop, Reference>::declare(pose);  // CLAIM: simulated truth
  return {IntraopVolume(ct), intraop_from_reference.inverse(), centers};
}

struct Round {
  double find_ms = 0, match_ms = 0, center_mm = 0, target_mm = 0;
  bool matched = false;
};

double cpu_ms(std::clock_t since) {
  return 1000.0 * static_cast<double>(std::clock() - since) / CLOCKS_PER_SEC;
}

Round run(const Scene& scene) {
  const ReferencePhantom phantom = plate();
  Round r;
  std::clock_t begin = std::clock();
  const auto found = find_spheres(scene.ct, {phantom.sphere_diameter_mm, phantom.brighter_than_hu});
  r.find_ms = cpu_ms(begin);
  if (!found) return r;
  begin = std::clock();
  const auto match = match_fiducials({5, 1, 0.5}, phantom, found.value());
  r.match_ms = cpu_ms(begin);
  if (!match) return r;
  r.matched = match.value().matched.size() == scene.centers.size();
  for (const MatchedSphere& m : match.value().matched)
    r.center_mm = std::max(r.center_mm,
                           distance_mm(found.value()[m.found].center, scene.centers[m.fiducial]));
  const Point<Reference> target{{0, 0, -80}};
  r.target_mm =
      distance_mm(match.value().reference_from_intraop * (scene.truth.inverse() * target), target);
  return r;
}

double median(std::vector<double> v) {
  std::sort(v.begin(), v.end());
  return v[v.size() / 2];
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app(
      "Finds and matches the spheres of a reference plate in simulated intraoperative CTs");
  app.add_flag("--json", options.json, "one JSON object on stdout");
  app.add_flag("--quick", options.quick, "a small volume, three rounds");
  app.add_option("--rounds", options.rounds, "scans to simulate")->check(CLI::Range(1, 1000));
  CLI11_PARSE(app, argc, argv);
  if (options.quick) options.rounds = 3;
  std::vector<double> find_ms, match_ms, center_mm, target_mm;
  int matched = 0;
  for (int i = 0; i < options.rounds; ++i) {
    const Round r = run(make_scene(static_cast<unsigned>(i + 1), options));
    find_ms.push_back(r.find_ms);
    match_ms.push_back(r.match_ms);
    center_mm.push_back(r.center_mm);
    target_mm.push_back(r.target_mm);
    matched += r.matched ? 1 : 0;
  }
  const auto most = [](const std::vector<double>& v) {
    return *std::max_element(v.begin(), v.end());
  };
  const nlohmann::ordered_json j{{"volume", options.quick ? "256x256x112" : "512x512x192"},
                                 {"rounds", options.rounds},
                                 {"all_seven_matched", matched},
                                 {"find_cpu_ms_median", median(find_ms)},
                                 {"find_cpu_ms_max", most(find_ms)},
                                 {"match_cpu_ms_median", median(match_ms)},
                                 {"center_error_mm_max", most(center_mm)},
                                 {"target_error_mm_max", most(target_mm)}};
  if (options.json) {
    std::cout << j.dump() << '\n';
  } else {
    for (const auto& [key, value] : j.items()) std::cout << key << "  " << value << '\n';
  }
  return matched == options.rounds ? 0 : 1;
}
