#pragma once
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "engine/base/result.hpp"
#include "engine/data/guidance.hpp"

namespace trocar {

// The tools' poses as a sequence that PLUS and 3D Slicer open: a frame for each guidance with
// `<Tool>ToRasTransform`, its status and `Timestamp`, s of session time. A pose that is withheld is
// the identity with status INVALID, as PLUS has it. plain: one thread.
class SequenceFile {
 public:
  enum class Kind : std::uint8_t {
    metaimage,  // .igs.mha, without pixels
    nrrd,       // .seq.nrrd, with a pixel of nothing per frame: NRRD has no array of no size
  };
  // `tools`: names by ToolId::index.
  SequenceFile(Kind kind, const std::filesystem::path& file, std::vector<std::string> tools);
  void add(const Guidance& guidance);
  Status finish();

 private:
  void begin_metaimage();
  void begin_nrrd();
  void field(const std::string& name, const std::string& value);
  [[nodiscard]] std::string size_line() const;

  Kind kind_;
  std::string name_;
  std::ofstream out_;
  std::vector<std::string> tools_;
  std::streampos size_at_{};  // where the number of frames goes, in the end
  std::size_t frames_ = 0;
};

}  // namespace trocar
