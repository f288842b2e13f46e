#pragma once
#include <catch2/catch.hpp>
#include <fstream>
#include <iterator>
#include <string>

#include "tests/tools/temporary_folder.hpp"
#include "tools/phantom/phantom.hpp"

// The operating room that `trocar phantom` writes, coarse, for tests of the tools.
class OperatingRoom {
 public:
  // `slice_mm`: of the CT; over 2 mm it is warned of (H13).
  explicit OperatingRoom(double slice_mm = 2) {
    trocar::phantom::PhantomOptions o;
    o.folder = folder_.path();
    o.in_plane_mm = 2;
    o.slice_mm = slice_mm;
    o.mesh_detail = 2;
    o.dicom = false;
    REQUIRE(trocar::phantom::write_phantom(o, [](const std::string&) {}));
  }
  [[nodiscard]] std::filesystem::path file(const std::string& name) const {
    return folder_.path() / name;
  }
  [[nodiscard]] std::string read(const std::string& name) const {
    std::ifstream in(file(name), std::ios::binary);
    REQUIRE(in);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  void write(const std::string& name, const std::string& content) const {
    std::ofstream out(file(name), std::ios::binary);
    out << content;
    REQUIRE(out);
  }

 private:
  TemporaryFolder folder_;
};

// `text` with the first `what` replaced; fails when there is none.
inline std::string replaced(std::string text, const std::string& what, const std::string& by) {
  const std::size_t at = text.find(what);
  INFO(what);
  REQUIRE(at != std::string::npos);
  return text.replace(at, what.size(), by);
}
