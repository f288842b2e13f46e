#include "tools/trocar/register_job.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>

#include "engine/base/config_reader.hpp"
#include "tools/trocar/level_names.hpp"

namespace trocar {
namespace {

using Clock = std::chrono::steady_clock;
using Json = nlohmann::ordered_json;

constexpr const char* guessed_start = "field_centre";

double ms_since(Clock::time_point begin) {
  return std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
}

std::vector<int> labels_of(const std::vector<std::string>& vertebrae) {
  std::vector<int> out;
  for (const std::string& v : vertebrae) {
    const auto label = label_named(v);
    if (!label) {
      throw ConfigError(fmt::format("vertebra \"{}\": expected a name such as L1 or a label", v));
    }
    if (std::find(out.begin(), out.end(), *label) != out.end()) {
      throw ConfigError(fmt::format("vertebra \"{}\": expected each once, found it again", v));
    }
    out.push_back(*label);
  }
  return out;
}

Point<Preop> middle_of(const VolumeGeometry& g) {
  return g.at(0.5 * Eigen::Vector3d(g.size[0] - 1.0, g.size[1] - 1.0, g.size[2] - 1.0));
}

struct Start {
  Transform<Preop, Intraop> preop_from_intraop;
  std::string how;
};

// The middle of the wanted bones, from the labels.
Eigen::Vector3d middle_of_bones(const LabelVolume& labels, const std::vector<int>& wanted) {
  const auto extents = label_extents(labels);
  Eigen::Vector3d sum = Eigen::Vector3d::Zero();
  for (const int label : wanted) {
    const auto found = extents.find(label);
    if (found == extents.end()) {
      throw ConfigError(fmt::format("label {}: no such voxel in the label map", label));
    }
    sum += found->second.centre_mm / static_cast<double>(wanted.size());
  }
  return sum;
}

Start start_for(const RegisterJob& job, const LabelVolume& labels, const std::vector<int>& wanted,
                const CtVolume& intraop) {
  const Eigen::Vector3d bones = middle_of_bones(labels, wanted);
  if (job.start) return {read_start_pose(*job.start), "file"};
  Eigen::Isometry3d m = Eigen::Isometry3d::Identity();
  // The reader types every volume as Preop; this one is the scan.
  if (intraop.geometry.holds({bones})) {
    return {Transform<Preop, Intraop>::declare(m), "identity"};  // CLAIM: one frame, as it seems
  }
  m.translation() = bones - middle_of(intraop.geometry).mm;
  // CLAIM: a guess that the bones lie in the middle of the scan, only to search from
  return {Transform<Preop, Intraop>::declare(m), guessed_start};
}

template <class T>
T value_or_throw(Result<T> result) {
  if (!result) throw ConfigError(result.error().detail);
  return std::move(result.value());
}

// Says in the report where the search begins and what the input gate warns of.
std::shared_ptr<const RegisterScans> read_scans(const std::vector<int>& wanted,
                                                RegisterReport& report) {
  const CtInput preop = value_or_throw(read_ct(report.job.preop));
  const auto labels = value_or_throw(read_labels(report.job.labels));
  const CtInput intraop = value_or_throw(read_ct(report.job.intraop));
  const auto tell = [&](const char* which, const std::vector<InputWarning>& warnings) {
    for (const InputWarning& w : warnings) {
      report.warnings.push_back(fmt::format("{} CT: {}: {}", which, to_string(w.issue), w.detail));
    }
  };
  tell("preoperative", preop.warnings);
  tell("intraoperative", intraop.warnings);
  const Start start = start_for(report.job, *labels, wanted, *intraop.volume);
  report.start = start.how;
  return std::make_shared<const RegisterScans>(
      RegisterScans{preop.volume, labels, intraop.volume, start.preop_from_intraop});
}

Json matrix_json(const Eigen::Matrix4d& m) {
  Json rows = Json::array();
  for (int r = 0; r < 4; ++r) rows.push_back({m(r, 0), m(r, 1), m(r, 2), m(r, 3)});
  return rows;
}

Json covariance_json(const PoseCovariance<Preop>& c) {
  Json rows = Json::array();
  for (int r = 0; r < 6; ++r) {
    Json row = Json::array();
    for (int k = 0; k < 6; ++k) row.push_back(c.theta_t(r, k));
    rows.push_back(row);
  }
  return {{"of", "preop_from_intraop"},
          {"order",
           {"turn_x_rad", "turn_y_rad", "turn_z_rad", "shift_x_mm", "shift_y_mm", "shift_z_mm"}},
          {"center_preop_mm", {c.center.mm.x(), c.center.mm.y(), c.center.mm.z()}},
          {"matrix", rows}};
}

Json margin_json(const Margin& margin) {
  return {{"score", margin.score}, {"standard_errors", margin.sigmas}};
}

Json rival_json(const std::optional<Rival>& rival) {
  if (!rival) return nullptr;
  Json j{{"label", rival->label}, {"name", name_of_label(rival->label)}};
  j.update(margin_json(rival->margin));
  return j;
}

Json vertebra_json(const CtRegistration& v, double wall_ms) {
  Json j{{"label", v.label}, {"name", name_of_label(v.label)}};
  j["verdict"] = v.refused ? "refused" : "accepted";
  if (v.refused) {
    j["refused_because"] = std::string(to_string(*v.refused));
    j["reason"] = v.reason;
  }
  j["intraop_from_preop"] = matrix_json(v.preop_from_intraop.inverse().matrix().matrix());
  j["preop_from_intraop"] = matrix_json(v.preop_from_intraop.matrix().matrix());
  j["covariance"] = covariance_json(v.covariance);
  j["score"] = v.score;
  const auto margin = v.margin();
  j["margin"] = margin ? Json(margin->score) : Json(nullptr);
  j["margin_to_other_level"] = rival_json(v.other_level);
  j["margin_to_other_place"] = rival_json(v.other_place);
  j["margin_to_mirror_image"] = v.mirror_image ? margin_json(*v.mirror_image) : Json(nullptr);
  j["overlap"] = v.overlap;
  j["starts"] = v.starts;
  j["iterations"] = v.iterations;
  j["wall_ms"] = wall_ms;
  return j;
}

}  // namespace

std::vector<RegisterJob> read_register_batch(const std::filesystem::path& file) {
  const ConfigReader in = ConfigReader::open(file);
  std::vector<RegisterJob> out;
  for (const ConfigReader& job : in.tables("job")) {
    // Whether they are there is found out when the job's turn comes: the others are done.
    RegisterJob j{job.path("preop"), job.path("intraop"), job.path("labels"),
                  job.texts("vertebrae"), std::nullopt};
    if (j.vertebrae.empty()) job.fail("vertebrae", "at least one vertebra", "none");
    if (job.has("start")) j.start = job.path("start");
    if (job.has("pictures")) j.pictures = job.path("pictures");
    out.push_back(std::move(j));
  }
  in.finish();
  return out;
}

Transform<Preop, Intraop> read_start_pose(const std::filesystem::path& file) {
  const ConfigReader in = ConfigReader::open(file);
  const std::vector<double> n = in.numbers("preop_from_intraop", 16);
  in.finish();
  Eigen::Isometry3d m = Eigen::Isometry3d::Identity();
  for (std::size_t i = 0; i < 12; ++i) {
    m.matrix()(static_cast<int>(i / 4), static_cast<int>(i % 4)) = n[i];
  }
  const bool last_row = n[12] == 0 && n[13] == 0 && n[14] == 0 && n[15] == 1;
  if (!last_row || !is_rigid(m)) {
    in.fail("preop_from_intraop", "a rotation and a shift in mm, last row 0 0 0 1",
            "another matrix");
  }
  return Transform<Preop, Intraop>::declare(m);  // CLAIM: the person's start, only to search from
}

bool RegisterReport::accepted() const {
  return std::none_of(vertebrae.begin(), vertebrae.end(),
                      [](const CtRegistration& v) { return v.refused.has_value(); });
}

RegisterReport run_register_job(const RegisterJob& job, const CtLimits& limits,
                                const std::stop_token& stop, const CtProgress& progress) {
  RegisterReport report{job, {}, {}, {}, 0, 0, {}, {}};
  const std::vector<int> wanted = labels_of(job.vertebrae);
  const auto read_begin = Clock::now();
  report.scans = read_scans(wanted, report);
  report.read_ms = ms_since(read_begin);
  const RegisterScans& scans = *report.scans;
  CtRegistrar registrar(scans.preop, scans.labels, limits);
  const auto pyramid_begin = Clock::now();
  const CtPyramid pyramid(scans.intraop);
  report.pyramid_ms = ms_since(pyramid_begin);
  auto begin = Clock::now();
  report.vertebrae = value_or_throw(registrar.register_vertebrae(
      wanted, pyramid, scans.start, stop, [&](std::size_t done, std::size_t of) {
        report.wall_ms.push_back(ms_since(begin));
        begin = Clock::now();
        if (progress) progress(done, of);
      }));
  return report;
}

nlohmann::ordered_json to_json(const RegisterReport& report) {
  Json j{{"preop", report.job.preop.string()},
         {"intraop", report.job.intraop.string()},
         {"labels", report.job.labels.string()},
         {"units",
          "mm, LPS; intraop_from_preop takes a point of the preoperative CT to the "
          "intraoperative one"},
         {"start", report.start},
         {"accepted", report.accepted()},
         {"pictures", report.job.pictures ? Json(report.job.pictures->string()) : Json(nullptr)},
         {"read_ms", report.read_ms},
         {"pyramid_ms", report.pyramid_ms},
         {"warnings", report.warnings}};
  j["vertebrae"] = Json::array();
  for (std::size_t i = 0; i < report.vertebrae.size(); ++i) {
    j["vertebrae"].push_back(vertebra_json(report.vertebrae[i], report.wall_ms[i]));
  }
  return j;
}

std::string to_text(const RegisterReport& report) {
  std::string out = fmt::format("start: {}, read {:.0f} ms, pyramid {:.0f} ms\n", report.start,
                                report.read_ms, report.pyramid_ms);
  for (const std::string& w : report.warnings) out += "warning: " + w + "\n";
  for (std::size_t i = 0; i < report.vertebrae.size(); ++i) {
    const CtRegistration& v = report.vertebrae[i];
    const auto margin = v.margin();
    out += fmt::format("{:<4} {:<8} score {:.3f}  margin {}  overlap {:.0f} %  {:.0f} ms{}{}\n",
                       name_of_label(v.label), v.refused ? "REFUSED" : "accepted", v.score,
                       margin ? fmt::format("{:.3f}", margin->score) : "none", 100 * v.overlap,
                       report.wall_ms[i], v.refused ? ": " : "", v.reason);
  }
  if (report.start == guessed_start && !report.accepted()) {
    out +=
        "the scans share no frame of reference, so the search began with the middle of the bones "
        "in the middle of the scan; --start POSE.toml says better where\n";
  }
  return out;
}

}  // namespace trocar
