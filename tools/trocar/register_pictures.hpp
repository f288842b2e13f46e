#pragma once
#include <filesystem>
#include <string>

#include "engine/base/result.hpp"
#include "tools/trocar/register_job.hpp"

namespace trocar {

// A registration in words, for the caption of its picture.
struct PictureCaption {
  std::string file;     // L1.png
  std::string verdict;  // accepted, or refused and why
  std::string figures;
};
PictureCaption caption_of(const CtRegistration& vertebra, const RegisterReport& report);

// That files can be written there, which is made if it is not: asked before the scans are read, not
// after they have been registered. Code::io.
Status prepare_pictures(const std::filesystem::path& folder);

// A PNG of each vertebra that was tried, accepted or refused, then index.html, which shows them
// all. Files of these names are replaced, each whole. `report` must hold its scans. Code::io.
Status write_register_pictures(const RegisterReport& report, const std::filesystem::path& folder,
                               const CtProgress& progress);

}  // namespace trocar
