#pragma once
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/result.hpp"
#include "engine/base/time.hpp"
#include "engine/base/transform.hpp"

namespace trocar {

// One exposure, by ToolId::index.
struct SequenceExposure {
  Timestamp acquired{};
  std::vector<std::optional<Eigen::Matrix4d>> to_tracker;  // of the markers; none: not seen
  std::vector<std::optional<Eigen::Matrix4d>> to_ras;      // of the tip; none: withheld
};
Eigen::Matrix4d ras_matrix(const Transform<Preop, Tip>& preop_from_tip);

struct SequenceTool {
  std::string name;
  bool has_tip = true;  // false: the reference, which no guidance shows
};

// The tools' poses as a sequence that PLUS, 3D Slicer and `trocar session import` open: a frame for
// each exposure with `<Tool>ToTrackerTransform`, `<Tool>ToRasTransform`, their status and
// `Timestamp`, s of session time. A pose that is not there is the identity with status INVALID, as
// PLUS has it. plain: one thread.
class SequenceFile {
 public:
  enum class Kind : std::uint8_t {
    metaimage,  // .igs.mha, without pixels
    nrrd,       // .seq.nrrd, with a pixel of nothing per frame: NRRD has no array of no size
  };
  // `tools`: by ToolId::index.
  SequenceFile(Kind kind, const std::filesystem::path& file, std::vector<SequenceTool> tools);
  // In the order of their times.
  Status add(const SequenceExposure& exposure);
  Status finish();

 private:
  void begin_metaimage();
  void begin_nrrd();
  void field(const std::string& name, const std::string& value);
  void transform(const std::string& name, const std::optional<Eigen::Matrix4d>& pose);
  [[nodiscard]] std::string size_line() const;
  [[nodiscard]] Status checked() const;

  Kind kind_;
  std::string name_;
  std::ofstream out_;
  std::vector<SequenceTool> tools_;
  std::streampos size_at_{};  // where the number of frames goes, in the end
  std::size_t frames_ = 0;
};

}  // namespace trocar
