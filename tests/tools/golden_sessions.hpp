#pragma once
#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "engine/session/session_messages.hpp"
#include "engine/session/session_reader.hpp"
#include "tests/tools/ran_program.hpp"
#include "tests/tools/temporary_folder.hpp"
#include "tools/trocar/exit_code.hpp"

// The program on the golden sessions.
namespace trocar::golden {

inline const std::string whole = "tests/golden/session_v1.mcap";
inline const std::string cut = "tests/golden/session_v1_cut.mcap";

inline Ran run(const std::string& arguments, int expected) {
  Ran ran = trocar_with(arguments);
  INFO(arguments);
  INFO(ran.said);
  CHECK(ran.exit_code == expected);
  return ran;
}

inline std::string content(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  REQUIRE(in);
  return {std::istreambuf_iterator<char>(in), {}};
}

// The recorded distances to the first structure, straight from the file.
inline std::vector<double> recorded_distances(const std::string& session) {
  std::vector<double> all;
  auto reader = SessionReader::open(session);
  REQUIRE(reader);
  while (const SessionReader::Item* item = reader.value()->next()) {
    const auto* m = std::get_if<mcap::Message>(item);
    if (m == nullptr || static_cast<Topic>(m->channel) != Topic::guidance) continue;
    const auto g = decode<Guidance>(m->data);
    const auto& structure = g.value().tools[0].structures[0].distance;
    if (const auto* d = std::get_if<StructureDistance>(&structure)) {
      all.push_back(d->tip_to_structure_mm);
    }
  }
  return all;
}

}  // namespace trocar::golden
