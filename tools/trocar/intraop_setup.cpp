#include "tools/trocar/intraop_setup.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "engine/base/log.hpp"
#include "engine/model/dicom_folder.hpp"

namespace trocar {
namespace {

// PatientID of the preoperative series; empty where the format has none.
std::string patient_of(const std::filesystem::path& ct) {
  if (!std::filesystem::is_directory(ct)) return "";
  const auto headers = read_dicom_headers(ct);
  return headers && !headers.value().slices.empty() ? headers.value().slices.front().patient_id
                                                    : "";
}

// Whose scan is expected (H7). What the series says, and what a person says, must not differ.
std::string expected_patient(const ConfigReader& in, const IntraopConfig& config,
                             const Plan& plan) {
  const std::string of_series = patient_of(plan.ct_path);
  if (of_series.empty() && config.patient_id.empty()) {
    in.fail("patient_id", "the PatientID of the scans, since the preoperative CT names no patient",
            "nothing");
  }
  if (!of_series.empty() && !config.patient_id.empty() && of_series != config.patient_id) {
    in.fail("patient_id", "that of the preoperative CT", "another");
  }
  return of_series.empty() ? config.patient_id : of_series;
}

void check_field_level(const ConfigReader& in, const IntraopConfig& config, const Plan& plan) {
  if (!config.field_level) return;
  if (std::ranges::find(plan.vertebrae, *config.field_level, &Vertebra::name) !=
      plan.vertebrae.end())
    return;
  in.fail("field_level", "a vertebra of the plan", "\"" + *config.field_level + "\"");
}

// Every frame that a scanner's registration knows, as seen from the reference's.
std::vector<ArrivedScannerPose> poses_in(const SpatialRegistration& registration,
                                         const std::string& reference_uid) {
  std::vector<RegisteredFrame> frames = registration.frames;
  frames.push_back({registration.frame_of_reference_uid, Eigen::Isometry3d::Identity()});
  const auto reference =
      std::ranges::find(frames, reference_uid, &RegisteredFrame::frame_of_reference_uid);
  std::vector<ArrivedScannerPose> out;
  if (reference == frames.end()) return out;
  const Eigen::Isometry3d reference_from_registered =
      reference->registered_from_frame.inverse(Eigen::Isometry);
  for (const RegisteredFrame& f : frames) {
    if (f.frame_of_reference_uid == reference_uid) continue;
    // CLAIM: the configuration says which UID is the reference's frame; the others are scans
    out.push_back({f.frame_of_reference_uid,
                   Transform<Reference, Intraop>::declare(reference_from_registered *
                                                          f.registered_from_frame)});
  }
  return out;
}

std::string what_came(const SeriesReady& s) {
  return fmt::format("{} slices from {}", s.objects, s.from);
}

struct Feeder {
  IntraopWorker& worker;
  IntakeRefusals& refusals;
  std::shared_ptr<const SteadyTime> time;
  std::optional<ScannerPose> scanner;

  void operator()(const SeriesBegun& s) const {
    worker.offer(ScanNews{{Imaging::receiving, "from " + s.from}});
  }
  void operator()(const SeriesReady& s) const {
    log::info(fmt::format("intraoperative scan: {}, received in {:.2f} s, decoded after {:.2f} s",
                          what_came(s), seconds(s.times.received), seconds(s.times.decoded)));
    std::string what = what_came(s);
    for (const InputWarning& w : s.warnings) {  // H13: on every path
      log::warn(fmt::format("input gate: {}: {}", to_string(w.issue), w.detail));
      what += fmt::format(", {}", to_string(w.issue));
    }
    worker.offer(ArrivedScan{s.volume, s.first.patient_id, what});
  }
  void operator()(const SeriesRefused& s) const {
    log::error(fmt::format("intraoperative scan refused: {} objects from {}: {}", s.objects, s.from,
                           s.reason));
    worker.offer(ScanNews{{Imaging::refused, s.reason}});
  }
  void operator()(const RegistrationArrived& r) const {
    if (!scanner) return log::warn("a spatial registration came; [intraop] has no scanner_pose");
    const auto poses = poses_in(r.registration, scanner->frame_of_reference_uid);
    if (poses.empty()) log::warn("a spatial registration came; it does not know the reference");
    for (const ArrivedScannerPose& p : poses) worker.offer(p);
  }
  void operator()(const IntakeRefusal& r) const {
    const auto told = refusals.note(r, time->now());
    if (!told) return;
    log::warn("intake refused " + *told);
    worker.offer(IntakeRefused{*told});
  }
};

}  // namespace

IntraopSetup read_intraop_setup(const ConfigReader& in, const Plan& plan) {
  const ConfigReader table = in.table("intraop");
  IntraopSetup out{read_dicom(in.table("dicom")), read_intraop(table), {}};
  if (plan.labels_path.empty()) {
    in.fail("plan", "a plan with [labels], which say where each vertebra is", "none");
  }
  out.patient_id = expected_patient(table, out.registration, plan);
  check_field_level(table, out.registration, plan);
  return out;
}

Result<std::unique_ptr<IntraopWorker>> make_intraop_worker(const IntraopSetup& setup,
                                                           const Plan& plan) {
  const auto ct = read_ct(plan.ct_path);
  if (!ct) return ct.error();
  const auto labels = read_labels(plan.labels_path);
  if (!labels) return labels.error();
  return std::make_unique<IntraopWorker>(ScanRegistrar(
      setup.registration, {ct.value().volume, labels.value(), plan.vertebrae, setup.patient_id}));
}

CtIntake::OnEvent feed(IntraopWorker& worker, const IntraopConfig& config,
                       IntakeRefusals& refusals) {
  const Feeder feeder{worker, refusals, std::make_shared<SteadyTime>(), config.scanner_pose};
  return [feeder](IntakeEvent event) { std::visit(feeder, event); };
}

}  // namespace trocar
