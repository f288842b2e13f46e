#include "tools/trocar/export_sequence.hpp"

#include <fmt/format.h>

#include <utility>

#include "engine/igtl/ras.hpp"

namespace trocar {
namespace {

// Row by row, with as many digits as give each number back.
std::string matrix_text(const Eigen::Matrix4d& m) {
  std::string text;
  for (int row = 0; row < 4; ++row) {
    for (int col = 0; col < 4; ++col)
      text += fmt::format("{}{}", row + col > 0 ? " " : "", m(row, col));
  }
  return text;
}

}  // namespace

Eigen::Matrix4d ras_matrix(const Transform<Preop, Tip>& preop_from_tip) {
  return (igtl::ras_from_preop() * preop_from_tip).matrix().matrix();
}

SequenceFile::SequenceFile(Kind kind, const std::filesystem::path& file,
                           std::vector<SequenceTool> tools)
    : kind_(kind), name_(file.string()), out_(file, std::ios::binary), tools_(std::move(tools)) {
  if (kind_ == Kind::nrrd) {
    begin_nrrd();
  } else {
    begin_metaimage();
  }
}

void SequenceFile::begin_metaimage() {
  out_ << "ObjectType = Image\nNDims = 3\nAnatomicalOrientation = RAI\nBinaryData = True\n"
          "BinaryDataByteOrderMSB = False\nCenterOfRotation = 0 0 0\nCompressedData = False\n";
  size_at_ = out_.tellp();
  out_ << size_line();
  out_ << "Kinds = domain domain list\nElementNumberOfChannels = 1\nElementSpacing = 1 1 1\n"
          "ElementType = MET_UCHAR\nOffset = 0 0 0\nTransformMatrix = 1 0 0 0 1 0 0 0 1\n"
          "UltrasoundImageOrientation = XX\nUltrasoundImageType = XX\n";
}

void SequenceFile::begin_nrrd() {
  out_ << "NRRD0005\ntype: uint8\ndimension: 4\n";
  size_at_ = out_.tellp();
  out_ << size_line();
  out_ << "space: right-anterior-superior\nspace directions: (1,0,0) (0,1,0) (0,0,1) none\n"
          "space origin: (0,0,0)\nkinds: domain domain domain list\nencoding: raw\n";
}

// As long whatever the number, so that it can be written over.
std::string SequenceFile::size_line() const {
  return fmt::format("{:<40}\n", kind_ == Kind::nrrd ? fmt::format("sizes: 1 1 1 {}", frames_)
                                                     : fmt::format("DimSize = 0 0 {}", frames_));
}

void SequenceFile::field(const std::string& name, const std::string& value) {
  out_ << fmt::format("Seq_Frame{:04}_{}{}{}\n", frames_, name, kind_ == Kind::nrrd ? ":=" : " = ",
                      value);
}

void SequenceFile::transform(const std::string& name, const std::optional<Eigen::Matrix4d>& pose) {
  field(name + "Transform", matrix_text(pose.value_or(Eigen::Matrix4d::Identity())));
  field(name + "TransformStatus", pose ? "OK" : "INVALID");
}

Status SequenceFile::add(const SequenceExposure& exposure) {
  for (std::size_t i = 0; i < tools_.size(); ++i) {
    transform(tools_[i].name + "ToTracker", exposure.to_tracker[i]);
    if (tools_[i].has_tip) transform(tools_[i].name + "ToRas", exposure.to_ras[i]);
  }
  // To the ns, so that two exposures never have the same.
  field("Timestamp", fmt::format("{:.9f}", seconds(exposure.acquired.time_since_epoch())));
  field("ImageStatus", "INVALID");
  ++frames_;
  return checked();
}

Status SequenceFile::checked() const {
  if (out_) return Done{};
  return Error{Code::io, name_ + ": cannot be written"};
}

Status SequenceFile::finish() {
  if (kind_ == Kind::nrrd) {
    out_ << '\n' << std::string(frames_, '\0');
  } else {
    out_ << "ElementDataFile = LOCAL\n";
  }
  out_.seekp(size_at_);
  out_ << size_line();
  out_.flush();
  return checked();
}

}  // namespace trocar
