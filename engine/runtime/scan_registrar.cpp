#include "engine/runtime/scan_registrar.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <thread>
#include <utility>

#include "engine/data/scan_refusal.hpp"

namespace trocar {
namespace {

std::optional<VertebraId> vertebra_named(const std::vector<Vertebra>& all,
                                         const std::string& name) {
  const auto found = std::ranges::find(all, name, &Vertebra::name);
  if (found == all.end()) return std::nullopt;
  return VertebraId{static_cast<std::uint16_t>(found - all.begin())};
}

Eigen::Vector3d middle_of(const VolumeGeometry& g) {
  return g.at(0.5 * Eigen::Vector3d(g.size[0] - 1.0, g.size[1] - 1.0, g.size[2] - 1.0)).mm;
}

std::vector<int> labels_of(const std::vector<Vertebra>& vertebrae) {
  std::vector<int> out;
  out.reserve(vertebrae.size());
  for (const Vertebra& v : vertebrae) out.push_back(v.label);
  return out;
}

std::string sentence(const std::vector<Vertebra>& vertebrae,
                     const std::vector<CtRegistration>& results) {
  std::string accepted, refused;
  for (std::size_t i = 0; i < results.size(); ++i) {
    const auto& refusal = results[i].refused;
    std::string& to = refusal ? refused : accepted;
    to += (to.empty() ? "" : ", ") + vertebrae[i].name;
    if (refusal) to += fmt::format(" {}", to_string(*refusal));
  }
  if (refused.empty()) return accepted;
  return (accepted.empty() ? "none" : accepted) + "; not " + refused;
}

// More would wait for memory, and navigation goes on meanwhile.
int threads() {
  constexpr unsigned most = 4;
  return static_cast<int>(std::clamp(std::thread::hardware_concurrency(), 1U, most));
}

// A reason that begins with a word, as those of the input gate do.
Error named(ScanRefusal word, const Error& why) { return {why.code, reason_of(word, why.detail)}; }

}  // namespace

ScanRegistrar::ScanRegistrar(IntraopConfig config, PreopSpine preop)
    : config_(std::move(config)),
      preop_(std::move(preop)),
      spine_(preop_.ct, preop_.labels),
      team_(preop_.ct, preop_.labels, config_.limits, threads()) {
  if (!config_.field_level) return;
  field_level_ = vertebra_named(preop_.vertebrae, *config_.field_level);
  if (!field_level_) {
    throw ConfigError("field_level: expected a vertebra of the plan, found \"" +
                      *config_.field_level + "\"");
  }
}

std::optional<ReferenceInScan> ScanRegistrar::stated_pose(
    const Transform<Reference, Intraop>& reference_from_intraop) const {
  if (!config_.scanner_pose) return std::nullopt;
  ReferenceInScan out{reference_from_intraop, {}};
  const double turn = config_.scanner_pose->sigma_rad, shift = config_.scanner_pose->sigma_mm;
  out.covariance.theta_t.diagonal() << turn * turn, turn * turn, turn * turn, shift * shift,
      shift * shift, shift * shift;
  return out;
}

Result<ReferenceInScan> ScanRegistrar::find_reference(
    const ArrivedScan& scan, const std::optional<ReferenceInScan>& stated) const {
  if (!config_.plate) {
    if (stated) return *stated;
    return Error{Code::not_found, "expected the scanner's pose of this scan, none came"};
  }
  const auto spheres = find_spheres(IntraopVolume(scan.volume), {config_.plate->sphere_diameter_mm,
                                                                 config_.plate->brighter_than_hu});
  if (!spheres) return spheres.error();
  const auto match = match_fiducials(config_.matching, *config_.plate, spheres.value());
  if (match) {
    return ReferenceInScan{match.value().reference_from_intraop, match.value().covariance,
                           match.value().rms_mm};
  }
  if (stated) return *stated;
  return match.error();
}

// Where to look from: what the registration that holds says of the reference's vertebra, or the
// field's middle, which a person says is at a level.
Result<Transform<Preop, Intraop>> ScanRegistrar::start_for(
    const ArrivedScan& scan, const ReferenceInScan& reference,
    const std::optional<Registration>& known) {
  if (known) return known->preop_from_reference * reference.reference_from_intraop;
  if (!field_level_) {
    return Error{Code::not_found,
                 "expected a registration by touch before the scan, or "
                 "field_level in [intraop]"};
  }
  const auto model = spine_.model(preop_.vertebrae[field_level_->index].label);
  if (!model) return model.error();
  Eigen::Isometry3d m = Eigen::Isometry3d::Identity();
  m.translation() = model.value()->centre_mm - middle_of(scan.volume->geometry);
  return Transform<Preop, Intraop>::declare(m);  // CLAIM: a person's word, only to search from
}

Status ScanRegistrar::rehearse(const std::stop_token& stop) {
  const CtPyramid pyramid(preop_.ct);
  const Eigen::Isometry3d same = Eigen::Isometry3d::Identity();
  const auto itself = Transform<Preop, Intraop>::declare(same);  // CLAIM: one scan, one frame
  const auto bones =
      team_.register_vertebrae(labels_of(preop_.vertebrae), pyramid, itself, stop, spine_);
  if (!bones) return bones.error();
  return Done{};
}

Result<ScanResult> ScanRegistrar::register_scan(const ArrivedScan& scan,
                                                const std::optional<ReferenceInScan>& stated,
                                                const std::optional<Registration>& known,
                                                const std::stop_token& stop) {
  if (scan.patient_id != preop_.patient_id) {
    const Error why{Code::inconsistent, scan.patient_id.empty()
                                            ? "the scan names no patient"
                                            : "the scan is of another patient than the plan"};
    return named(scan.patient_id.empty() ? ScanRefusal::no_patient : ScanRefusal::another_patient,
                 why);
  }
  const auto reference = find_reference(scan, stated);
  if (!reference) return named(ScanRefusal::reference_not_found, reference.error());
  const auto start = start_for(scan, reference.value(), known);
  if (!start) return named(ScanRefusal::level_not_known, start.error());
  const CtPyramid pyramid(scan.volume);
  const auto bones =
      team_.register_vertebrae(labels_of(preop_.vertebrae), pyramid, start.value(), stop, spine_);
  if (!bones) return named(ScanRefusal::not_registered, bones.error());
  if (stop.stop_requested()) return Error{Code::not_found, "cancelled"};
  ScanResult out{{}, sentence(preop_.vertebrae, bones.value())};
  for (std::size_t i = 0; i < bones.value().size(); ++i) {
    const CtRegistration& bone = bones.value()[i];
    if (bone.refused) continue;
    const auto model = spine_.model(bone.label);
    if (!model) return named(ScanRefusal::not_registered, model.error());
    out.registrations.push_back(through_scan(VertebraId{static_cast<std::uint16_t>(i)}, bone,
                                             *model.value(), reference.value(), true));
  }
  if (out.registrations.empty()) {
    return named(ScanRefusal::no_vertebra_accepted, {Code::not_found, out.detail});
  }
  out.registrations.back().more = false;
  return out;
}

}  // namespace trocar
