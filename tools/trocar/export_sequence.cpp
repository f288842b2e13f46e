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

SequenceFile::SequenceFile(const std::filesystem::path& file, std::vector<std::string> tools)
    : name_(file.string()), out_(file, std::ios::binary), tools_(std::move(tools)) {
  out_ << "ObjectType = Image\nNDims = 3\nAnatomicalOrientation = RAI\nBinaryData = True\n"
          "BinaryDataByteOrderMSB = False\nCenterOfRotation = 0 0 0\nCompressedData = False\n";
  size_at_ = out_.tellp();
  out_ << fmt::format("{:<40}\n", "DimSize = 0 0 0");
  out_ << "Kinds = domain domain list\nElementNumberOfChannels = 1\nElementSpacing = 1 1 1\n"
          "ElementType = MET_UCHAR\nOffset = 0 0 0\nTransformMatrix = 1 0 0 0 1 0 0 0 1\n"
          "UltrasoundImageOrientation = XX\nUltrasoundImageType = XX\n";
}

void SequenceFile::field(const std::string& name, const std::string& value) {
  out_ << fmt::format("Seq_Frame{:04}_{} = {}\n", frames_, name, value);
}

void SequenceFile::add(const Guidance& guidance) {
  for (const ToolGuidance& t : guidance.tools) {
    const std::string name = tools_.at(t.tool.index) + "ToRasTransform";
    const auto* pose = std::get_if<ToolPose>(&t.pose);
    field(name, matrix_text(pose != nullptr
                                ? (igtl::ras_from_preop() * pose->preop_from_tip).matrix().matrix()
                                : Eigen::Matrix4d::Identity()));
    field(name + "Status", pose != nullptr ? "OK" : "INVALID");
  }
  field("Timestamp", fmt::format("{}", seconds(guidance.now.time_since_epoch())));
  field("ImageStatus", "INVALID");
  ++frames_;
}

Status SequenceFile::finish() {
  out_ << "ElementDataFile = LOCAL\n";
  out_.seekp(size_at_);
  out_ << fmt::format("{:<40}\n", fmt::format("DimSize = 0 0 {}", frames_));
  out_.flush();
  if (out_) return Done{};
  return Error{Code::io, name_ + ": cannot be written"};
}

}  // namespace trocar
