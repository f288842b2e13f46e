#include "engine/model/spatial_registration.hpp"

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctk.h>
#include <fmt/format.h>

#include <fstream>

#include "engine/base/fixed_number.hpp"
#include "engine/model/dicom_dataset.hpp"
#include "engine/model/dicom_file.hpp"
#include "engine/model/dicom_slice.hpp"

namespace trocar {

namespace {

constexpr double rigid_tolerance = 1e-4;  // of numbers written with 16 characters, twice over
constexpr double farthest_mm = 10'000;
constexpr unsigned long most_matrices = 8;
constexpr long most_bytes = 1L << 20U;

Error malformed(std::string what) { return {Code::malformed, std::move(what)}; }

std::string text_of(DcmItem& item, const DcmTagKey& tag) {
  OFString value;
  if (item.findAndGetOFStringArray(tag, value).bad()) return {};
  return value.c_str();
}

// Row by row, as DICOM writes it.
Result<Eigen::Isometry3d> rigid(const std::vector<double>& m) {
  const Eigen::Matrix4d all =
      Eigen::Map<const Eigen::Matrix<double, 4, 4, Eigen::RowMajor>>(m.data());
  const Eigen::Matrix3d turn = all.topLeftCorner<3, 3>();
  if ((all.row(3) - Eigen::RowVector4d(0, 0, 0, 1)).cwiseAbs().maxCoeff() > rigid_tolerance) {
    return malformed("expected 0 0 0 1 as the last row of a frame's matrix");
  }
  const double skew = (turn.transpose() * turn - Eigen::Matrix3d::Identity()).cwiseAbs().maxCoeff();
  if (skew > rigid_tolerance) {
    return Error{Code::unsupported,
                 fmt::format("expected a rigid matrix, found scale or shear ({:.4f})", skew)};
  }
  if (turn.determinant() < 0) return malformed("expected a rotation, found a mirror (det = -1)");
  Eigen::Isometry3d out = Eigen::Isometry3d::Identity();
  out.linear() = Eigen::Quaterniond(turn).normalized().toRotationMatrix();
  out.translation() = all.topRightCorner<3, 1>();
  if (out.translation().cwiseAbs().maxCoeff() > farthest_mm) {
    return Error{Code::out_of_range,
                 fmt::format("expected an origin within {:.0f} mm, found "
                             "{:.0f}: another unit?",
                             farthest_mm, out.translation().cwiseAbs().maxCoeff())};
  }
  return out;
}

Result<Eigen::Isometry3d> matrix_of(DcmItem& item) {
  const std::string type = text_of(item, DCM_FrameOfReferenceTransformationMatrixType);
  if (type != "RIGID") {
    return Error{Code::unsupported, fmt::format("expected a matrix of type RIGID, found {}",
                                                type.empty() ? "none" : "another")};
  }
  const auto numbers = dicom_numbers(text_of(item, DCM_FrameOfReferenceTransformationMatrix), 16);
  if (!numbers) return malformed("expected 16 finite numbers in a frame's matrix");
  return rigid(*numbers);
}

// The matrices of one frame follow one another: the first is applied first.
Result<Eigen::Isometry3d> product_of(DcmItem& frame) {
  DcmSequenceOfItems* registrations = nullptr;
  if (frame.findAndGetSequence(DCM_MatrixRegistrationSequence, registrations).bad() ||
      registrations->card() != 1) {
    return malformed("expected one matrix registration of a frame");
  }
  DcmSequenceOfItems* matrices = nullptr;
  if (registrations->getItem(0)->findAndGetSequence(DCM_MatrixSequence, matrices).bad() ||
      matrices->card() < 1 || matrices->card() > most_matrices) {
    return malformed(fmt::format("expected from 1 to {} matrices of a frame", most_matrices));
  }
  Eigen::Isometry3d product = Eigen::Isometry3d::Identity();
  for (unsigned long k = 0; k < matrices->card(); ++k) {
    const auto next = matrix_of(*matrices->getItem(k));
    if (!next) return next.error();
    product = next.value() * product;
  }
  return product;
}

Result<SpatialRegistration> registration_of(DcmItem& set) {
  SpatialRegistration out;
  out.patient_id = text_of(set, DCM_PatientID);
  out.study_uid = text_of(set, DCM_StudyInstanceUID);
  out.frame_of_reference_uid = text_of(set, DCM_FrameOfReferenceUID);
  if (!is_uid(out.frame_of_reference_uid)) return malformed("expected a registered frame's UID");
  DcmSequenceOfItems* frames = nullptr;
  if (set.findAndGetSequence(DCM_RegistrationSequence, frames).bad() || frames->card() == 0) {
    return malformed("expected at least one frame to be registered");
  }
  for (unsigned long k = 0; k < frames->card(); ++k) {
    DcmItem& frame = *frames->getItem(k);
    RegisteredFrame registered;
    registered.frame_of_reference_uid = text_of(frame, DCM_FrameOfReferenceUID);
    if (!is_uid(registered.frame_of_reference_uid)) return malformed("expected a frame's UID");
    const auto product = product_of(frame);
    if (!product) return product.error();
    registered.registered_from_frame = product.value();
    out.frames.push_back(std::move(registered));
  }
  return out;
}

Status read_dataset(const std::filesystem::path& file, DcmDataset& data) {
  std::ifstream in(file, std::ios::binary | std::ios::ate);
  if (!in) return Error{Code::not_found, "expected a file"};
  if (in.tellg() > most_bytes) return Error{Code::out_of_range, "expected at most 1 MiB"};
  in.seekg(0);
  const std::string bytes{std::istreambuf_iterator<char>(in), {}};
  if (Status parsed = parse_dataset(bytes, data); !parsed) return parsed;
  if (text_of(data, DCM_SOPClassUID) == UID_SpatialRegistrationStorage) return Done{};
  return Error{Code::unsupported, "expected a spatial registration, found another kind of object"};
}

std::string matrix_text(const Eigen::Isometry3d& t) {
  std::string text;
  for (int row = 0; row < 4; ++row) {
    for (int column = 0; column < 4; ++column) {
      // A decimal string has at most 16 characters (PS3.5 sect. 6.2): nine decimals for a rotation.
      text +=
          (text.empty() ? "" : "\\") + fixed_number(t.matrix()(row, column), column < 3 ? 9 : 6);
    }
  }
  return text;
}

bool fill(DcmDataset& set, const SpatialRegistration& registration) {
  bool good = true;
  const auto put = [&](DcmItem& item, const DcmTagKey& tag, const std::string& text) {
    good = item.putAndInsertString(tag, text.c_str()).good() && good;
  };
  char uid[65];
  put(set, DCM_SOPClassUID, UID_SpatialRegistrationStorage);
  put(set, DCM_SOPInstanceUID, dcmGenerateUniqueIdentifier(uid, SITE_INSTANCE_UID_ROOT));
  put(set, DCM_SeriesInstanceUID, dcmGenerateUniqueIdentifier(uid, SITE_SERIES_UID_ROOT));
  put(set, DCM_Modality, "REG");
  put(set, DCM_Manufacturer, "trocar");
  put(set, DCM_PatientID, registration.patient_id);
  put(set, DCM_StudyInstanceUID, registration.study_uid);
  put(set, DCM_FrameOfReferenceUID, registration.frame_of_reference_uid);
  put(set, DCM_ContentLabel, "REGISTRATION");
  for (std::size_t k = 0; k < registration.frames.size(); ++k) {
    const RegisteredFrame& frame = registration.frames[k];
    DcmItem *item = nullptr, *one = nullptr, *matrix = nullptr;
    const auto at = static_cast<long>(k);
    if (set.findOrCreateSequenceItem(DCM_RegistrationSequence, item, at).bad() ||
        item->findOrCreateSequenceItem(DCM_MatrixRegistrationSequence, one, 0).bad() ||
        one->findOrCreateSequenceItem(DCM_MatrixSequence, matrix, 0).bad()) {
      return false;
    }
    put(*item, DCM_FrameOfReferenceUID, frame.frame_of_reference_uid);
    put(*matrix, DCM_FrameOfReferenceTransformationMatrixType, "RIGID");
    put(*matrix, DCM_FrameOfReferenceTransformationMatrix,
        matrix_text(frame.registered_from_frame));
  }
  return good;
}

}  // namespace

Result<SpatialRegistration> read_spatial_registration(const std::filesystem::path& file) {
  const auto said = [&](const Error& e) { return Error{e.code, file.string() + ": " + e.detail}; };
  DcmDataset data;
  if (const Status read = read_dataset(file, data); !read) return said(read.error());
  auto registration = registration_of(data);
  if (!registration) return said(registration.error());
  return registration;
}

Status write_spatial_registration(const std::filesystem::path& file,
                                  const SpatialRegistration& registration) {
  for (const RegisteredFrame& frame : registration.frames) {
    const Eigen::Matrix<double, 4, 4, Eigen::RowMajor> m = frame.registered_from_frame.matrix();
    const auto fit = rigid(std::vector<double>(m.data(), m.data() + m.size()));
    if (!fit || !m.allFinite()) return fit ? malformed("expected finite numbers") : fit.error();
    if (!is_uid(frame.frame_of_reference_uid)) return malformed("expected a frame's UID");
  }
  if (registration.frames.empty()) return malformed("expected at least one frame");
  if (!is_uid(registration.frame_of_reference_uid)) {
    return malformed("expected a registered frame's UID");
  }
  DcmFileFormat format;
  const bool filled = fill(*format.getDataset(), registration);
  if (filled && format.saveFile(file.c_str(), EXS_LittleEndianExplicit).good()) return Done{};
  return Error{Code::io, "expected to write " + file.string()};
}

}  // namespace trocar
