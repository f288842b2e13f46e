#pragma once
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace trocar::test {

enum class Way { dicom, folder };

// A small series of the phantom's patient with one thing wrong, and the word it must be refused
// with.
struct BadSeries {
  std::string what;
  Way way;
  std::string word;
  std::function<void(const std::filesystem::path& folder)> write;
};

// Everything that a scanner, a copy or an attacker is known to get wrong.
std::vector<BadSeries> bad_series();

}  // namespace trocar::test
