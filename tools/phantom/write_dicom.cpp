#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctk.h>
#include <fmt/format.h>

#include <mutex>

#include "engine/base/fixed_number.hpp"
#include "tools/phantom/parallel.hpp"
#include "tools/phantom/random.hpp"
#include "tools/phantom/writers.hpp"

namespace trocar::phantom {
namespace {

constexpr std::int16_t lowest_hu = -1024;  // stored as 0

// 2.25.<decimal number below 2^122>, PS3.5 B.2.
std::string uid(std::uint64_t seed, std::uint64_t purpose) {
  constexpr std::uint64_t ten_to_18 = 1'000'000'000'000'000'000ULL;
  const std::uint64_t high = mix(seed, purpose) % (4 * ten_to_18) + 1;
  // A stream would group the digits as the process's locale does (H11).
  return fmt::format("2.25.{}{:018}", high, mix(seed ^ 0x55U, purpose + 1) % ten_to_18);
}

std::string joined(std::initializer_list<double> numbers) {
  std::string text;
  for (const double n : numbers) text += (text.empty() ? "" : "\\") + fixed_number(n, 6);
  return text;
}

// Sets attributes and remembers whether all went in.
class Header {
 public:
  explicit Header(DcmDataset& to) : to_(to) {}
  void text(const DcmTagKey& tag, const std::string& value) {
    good_ = to_.putAndInsertString(tag, value.c_str()).good() && good_;
  }
  void number(const DcmTagKey& tag, unsigned value) {
    good_ = to_.putAndInsertUint16(tag, static_cast<Uint16>(value)).good() && good_;
  }
  [[nodiscard]] bool good() const { return good_; }

 private:
  DcmDataset& to_;
  bool good_ = true;
};

void say_who(Header& h, const Identity& who, const std::string& sop_uid) {
  h.text(DCM_SpecificCharacterSet, "ISO_IR 100");
  h.text(DCM_ImageType, "DERIVED\\PRIMARY\\AXIAL");
  h.text(DCM_SOPClassUID, UID_CTImageStorage);
  h.text(DCM_SOPInstanceUID, sop_uid);
  h.text(DCM_StudyDate, "20260101");
  h.text(DCM_StudyTime, "080000");
  h.text(DCM_AccessionNumber, "");
  h.text(DCM_Modality, "CT");
  h.text(DCM_Manufacturer, "trocar phantom");
  h.text(DCM_ReferringPhysicianName, "");
  h.text(DCM_SeriesDescription, who.description);
  h.text(DCM_PatientName, "Phantom^" + std::to_string(who.seed));
  h.text(DCM_PatientID, who.patient_id);
  h.text(DCM_PatientBirthDate, "");
  h.text(DCM_PatientSex, "O");
  h.text(DCM_StudyInstanceUID, who.study_uid);
  h.text(DCM_SeriesInstanceUID, who.series_uid);
  h.text(DCM_FrameOfReferenceUID, who.frame_of_reference_uid);
  h.text(DCM_PositionReferenceIndicator, "");
  h.text(DCM_PatientPosition, who.position);
  h.text(DCM_StudyID, "1");
  h.text(DCM_SeriesNumber, "1");
}

void say_where(Header& h, const Grid& g, std::size_t z) {
  const Eigen::Vector3d first = g.center(0, 0, z);
  h.text(DCM_KVP, "120");
  h.text(DCM_SliceThickness, fixed_number(g.spacing_mm.z(), 6));
  h.text(DCM_AcquisitionNumber, "1");
  h.text(DCM_InstanceNumber, std::to_string(z + 1));
  h.text(DCM_ImagePositionPatient, joined({first.x(), first.y(), first.z()}));
  h.text(DCM_ImageOrientationPatient, joined({1, 0, 0, 0, 1, 0}));
  h.text(DCM_SliceLocation, fixed_number(first.z(), 6));
  h.text(DCM_PixelSpacing, joined({g.spacing_mm.y(), g.spacing_mm.x()}));
}

void say_pixels(Header& h, const Grid& g) {
  h.number(DCM_SamplesPerPixel, 1);
  h.text(DCM_PhotometricInterpretation, "MONOCHROME2");
  h.number(DCM_Rows, static_cast<unsigned>(g.size[1]));
  h.number(DCM_Columns, static_cast<unsigned>(g.size[0]));
  h.number(DCM_BitsAllocated, 16);
  h.number(DCM_BitsStored, 12);
  h.number(DCM_HighBit, 11);
  h.number(DCM_PixelRepresentation, 0);
  h.text(DCM_WindowCenter, "60");
  h.text(DCM_WindowWidth, "400");
  h.text(DCM_RescaleIntercept, std::to_string(lowest_hu));
  h.text(DCM_RescaleSlope, "1");
  h.text(DCM_RescaleType, "HU");
}

Status write_slice(const Volume<std::int16_t>& ct, const Identity& who, std::size_t z,
                   const std::filesystem::path& file) {
  DcmFileFormat format;
  Header header(*format.getDataset());
  say_who(header, who, who.series_uid + "." + std::to_string(z + 1));
  say_where(header, ct.grid, z);
  say_pixels(header, ct.grid);
  const std::size_t count = ct.grid.size[0] * ct.grid.size[1];
  std::vector<Uint16> stored(count);
  for (std::size_t i = 0; i < count; ++i)
    stored[i] = static_cast<Uint16>(ct.voxels[z * count + i] - lowest_hu);
  const bool pixels =
      format.getDataset()->putAndInsertUint16Array(DCM_PixelData, stored.data(), count).good();
  const OFCondition saved = format.saveFile(file.c_str(), EXS_LittleEndianExplicit);
  if (header.good() && pixels && saved.good()) return Done{};
  return Error{Code::io, "expected to write " + file.string() + ", got: " + saved.text()};
}

}  // namespace

namespace {

std::uint64_t shape_of(std::uint64_t seed, const Grid& grid) {
  std::uint64_t shape = mix(seed, 9001);
  for (std::size_t i = 0; i < 3; ++i) {
    shape = mix(shape, grid.size[i]);
    shape =
        mix(shape, static_cast<std::uint64_t>(grid.spacing_mm[static_cast<Eigen::Index>(i)] * 1e6));
  }
  return shape;
}

}  // namespace

Identity identity_of(std::uint64_t seed, const Grid& grid) {
  return {"PHANTOM-" + std::to_string(seed), uid(seed, 1), uid(seed, 3),
          uid(shape_of(seed, grid), 5), seed};
}

Identity intraop_identity_of(std::uint64_t seed, const Grid& grid) {
  return {"PHANTOM-" + std::to_string(seed),
          uid(seed, 11),
          uid(seed, 13),
          uid(shape_of(seed, grid), 15),
          seed,
          "Lumbar spine, intraoperative, synthetic",
          "HFP"};
}

Status write_dicom_series(const Volume<std::int16_t>& ct, const Identity& identity,
                          const std::filesystem::path& folder) {
  std::mutex guard;  // an error may come from either thread, once, at the end of everything
  Status outcome = Done{};
  in_parallel(ct.grid.size[2], [&](std::size_t first, std::size_t last) {
    for (std::size_t z = first; z < last; ++z) {
      const Status written = write_slice(ct, identity, z, folder / fmt::format("{:04}.dcm", z + 1));
      if (written) continue;
      const std::lock_guard lock(guard);
      outcome = written;
      return;
    }
  });
  return outcome;
}

}  // namespace trocar::phantom
