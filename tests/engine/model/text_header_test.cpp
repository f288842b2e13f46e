#include "engine/model/text_header.hpp"

#include <catch2/catch.hpp>

#include "ct_files.hpp"

using namespace trocar;
using namespace trocar::test;

TEST_CASE("a text header ends at its last line; comments and notes are none of its entries") {
  const TempFolder folder;
  write_file(
      folder / "a.nrrd",
      "NRRD0004\r\n# space: a comment\r\nspace:=a note\r\n sizes :  1 2 3 \r\n\r\nspace: x\n");
  const TextHeader nrrd = read_text_header(folder / "a.nrrd", ':', "");
  CHECK(nrrd.entries == decltype(nrrd.entries){{"sizes", "1 2 3"}});
  CHECK(nrrd.bytes == 65);
  write_file(folder / "a.mha", "NDims = 3\nElementDataFile = LOCAL\nvoxels = 1\n");
  const TextHeader meta = read_text_header(folder / "a.mha", '=', "ElementDataFile");
  CHECK(meta.entries == decltype(meta.entries){{"NDims", "3"}, {"ElementDataFile", "LOCAL"}});
  CHECK(meta.bytes == 34);
}

TEST_CASE("a text header without an end, or of a file that is not there, has an end") {
  const TempFolder folder;
  write_file(folder / "long.nrrd", std::string(3U << 20U, 'x'));
  CHECK(read_text_header(folder / "long.nrrd", ':', "").bytes == 1U << 20U);
  write_file(folder / "colons.nrrd", "a:");
  CHECK(read_text_header(folder / "colons.nrrd", ':', "").entries.at("a").empty());
  CHECK(read_text_header(folder / "absent.nrrd", ':', "").entries.empty());
}
