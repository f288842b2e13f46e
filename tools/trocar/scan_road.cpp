#include "tools/trocar/scan_road.hpp"

#include <fmt/format.h>

#include "engine/base/log.hpp"

namespace trocar {

Result<ScanRoad> ScanRoad::prepare(const OrSetup& setup, EngineParts& parts) {
  ScanRoad road;
  if (!setup.intraop) return road;
  auto worker = make_intraop_worker(*setup.intraop, setup.plan);
  if (!worker) return worker.error();
  parts.intraop = std::move(worker).value();
  for (std::size_t i = 0; i < setup.plan.vertebrae.size(); ++i) {
    if (setup.plan.vertebrae[i].name != setup.navigator.reference_vertebra) continue;
    parts.reference_vertebra = VertebraId{static_cast<std::uint16_t>(i)};
  }
  road.worker_ = parts.intraop.get();
  return road;
}

Status ScanRoad::open(const OrSetup& setup) {
  if (worker_ == nullptr) return Done{};
  auto intake = CtIntake::start(setup.intraop->intake,
                                feed(*worker_, setup.intraop->registration, *refusals_));
  if (!intake) return intake.error();
  intake_ = std::move(intake).value();
  if (const auto port = intake_->port()) {
    log::info(fmt::format("scans are taken on DICOM port {}, AE title {}", *port,
                          setup.intraop->intake.port->ae_title));
  }
  return Done{};
}

}  // namespace trocar
