#include "tools/bench/receive_series.hpp"

#include <fmt/format.h>
#include <gdcmImageChangeTransferSyntax.h>
#include <gdcmImageReader.h>
#include <gdcmImageWriter.h>

#include <algorithm>
#include <fstream>

#include "tools/phantom/hounsfield.hpp"
#include "tools/phantom/phantom.hpp"
#include "tools/phantom/writers.hpp"

namespace trocar::bench {
namespace {

namespace fs = std::filesystem;
constexpr const char* lesion = "L3";

// As much as the phantom's own scan along the body, in so many slices; air all round it, as a
// scanner's field has it.
phantom::Grid field_of(const phantom::IntraopScene& scene, const ScanSize& size) {
  phantom::Grid g = scene.grid();
  const double height_mm = g.spacing_mm.z() * static_cast<double>(g.size[2] - 1);
  const Eigen::Vector3d middle =
      g.center(0, 0, 0) +
      0.5 * g.spacing_mm.cwiseProduct(Eigen::Vector3d(static_cast<double>(g.size[0] - 1),
                                                      static_cast<double>(g.size[1] - 1), 0));
  const auto side = static_cast<std::size_t>(size.side);
  g.size = {side, side, static_cast<std::size_t>(size.slices)};
  g.spacing_mm.z() = height_mm / (size.slices - 1);
  const double half_mm = 0.5 * size.in_plane_mm * (size.side - 1);
  g.origin_mm = middle - Eigen::Vector3d(half_mm, half_mm, 0);
  return g;
}

Status write_scan(const fs::path& folder, const ScanSize& size,
                  const phantom::IntraopOptions& options) {
  const phantom::PhantomOptions seeded;
  const phantom::Patient patient(seeded.seed, phantom::level_named(lesion));
  const phantom::IntraopScene scene(patient, options);
  const auto ct = scene.scan(field_of(scene, size));
  std::error_code ec;
  fs::create_directories(folder, ec);
  return phantom::write_dicom_series(ct, phantom::intraop_identity_of(seeded.seed, ct.grid),
                                     folder);
}

Status pack(const fs::path& from, const fs::path& to, const char* uid) {
  gdcm::ImageReader reader;
  reader.SetFileName(from.c_str());
  if (!reader.Read()) return Error{Code::io, "cannot read " + from.string()};
  gdcm::ImageChangeTransferSyntax change;
  change.SetTransferSyntax(gdcm::TransferSyntax(gdcm::TransferSyntax::GetTSType(uid)));
  change.SetInput(reader.GetImage());
  if (!change.Change()) return Error{Code::io, "cannot pack " + from.string()};
  gdcm::ImageWriter writer;
  writer.SetFile(reader.GetFile());
  writer.SetImage(change.GetOutput());
  writer.SetFileName(to.c_str());
  if (writer.Write()) return Done{};
  return Error{Code::io, "cannot write " + to.string()};
}

}  // namespace

Status make_receive_room(const fs::path& folder, const ScanSize& size) {
  const std::string made_as =
      fmt::format("{} x {} x {}, {} mm\n", size.side, size.side, size.slices, size.in_plane_mm);
  const fs::path mark = folder / "bench_receive.txt";
  if (const auto before = phantom::read_file(mark); before && before.value() == made_as)
    return Done{};
  std::error_code ec;
  fs::remove_all(folder / "scans", ec);
  phantom::PhantomOptions o;
  o.folder = folder;
  o.lesion_level = lesion;
  o.in_plane_mm = std::max(size.in_plane_mm, 1.0);
  o.slice_mm = 1.5;
  o.mesh_detail = 2;
  o.dicom = false;
  o.intraop.emplace();
  o.intraop->flexion_deg_per_disc = 2;
  const auto patient = phantom::write_phantom(o, [](const std::string&) {});
  if (!patient) return patient.error();
  o.intraop->in_plane_mm = size.in_plane_mm;
  const Status scanned = write_scan(folder / "scans" / packings[0].name, size, *o.intraop);
  return scanned ? phantom::write_file(mark, made_as) : scanned;
}

Status pack_series(const fs::path& from, const fs::path& to, const Packing& packing) {
  std::error_code ec;
  if (fs::exists(to, ec)) return Done{};
  const fs::path aside = to.string() + ".part";
  fs::remove_all(aside, ec);
  fs::create_directories(aside, ec);
  for (const auto& entry : fs::directory_iterator(from, ec)) {
    const Status packed = pack(entry.path(), aside / entry.path().filename(), packing.uid);
    if (!packed) return packed;
  }
  fs::rename(aside, to, ec);
  if (ec) return Error{Code::io, "cannot write " + to.string()};
  return Done{};
}

}  // namespace trocar::bench
