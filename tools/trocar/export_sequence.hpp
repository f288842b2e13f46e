#pragma once
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "engine/base/result.hpp"
#include "engine/data/guidance.hpp"

namespace trocar {

// The tools' poses as a sequence that PLUS and 3D Slicer (SlicerIGSIO) open: `.igs.mha` without
// pixels, a frame for each guidance with `<Tool>ToRasTransform`, its status and `Timestamp`, s of
// session time. A pose that is withheld is the identity with status INVALID, as PLUS has it.
class SequenceFile {
 public:
  // `tools`: names by ToolId::index, "" for the reference.
  SequenceFile(const std::filesystem::path& file, std::vector<std::string> tools);
  void add(const Guidance& guidance);
  Status finish();

 private:
  void field(const std::string& name, const std::string& value);

  std::string name_;
  std::ofstream out_;
  std::vector<std::string> tools_;
  std::streampos size_at_{};  // where the number of frames goes, in the end
  std::size_t frames_ = 0;
};

}  // namespace trocar
