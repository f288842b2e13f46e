#include <catch2/catch.hpp>
#include <set>
#include <string>

#include "drivers/dicom_refusal.hpp"
#include "engine/data/scan_refusal.hpp"
#include "engine/model/ct_gate.hpp"
#include "tests/engine/model/ct_files.hpp"

// docs/intraop-ct.md has a table of every word a scan is refused with, and one of every word a
// sender is turned away with. Here they are held against what the code can say.
using namespace trocar;
using namespace trocar::test;

namespace {

using Words = std::set<std::string>;

// What stands in backticks in the last column of the table that follows `heading`.
Words words_below(const std::string& heading) {
  const std::string all = read_file("docs/intraop-ct.md");
  std::size_t line = all.find(heading);
  REQUIRE(line != std::string::npos);
  Words out;
  for (line = all.find('\n', line) + 1; all[line] == '|'; line = all.find('\n', line) + 1) {
    const std::size_t end = all.rfind('|', all.find('\n', line));
    std::size_t at = all.rfind('|', end - 1);
    while ((at = all.find('`', at)) < end) {
      const std::size_t close = all.find('`', at + 1);
      out.insert(all.substr(at + 1, close - at - 1));
      at = close + 1;
    }
  }
  return out;
}

// The input gate refuses for these, too, but not a series: an NRRD alone has axes of its own, and a
// plan alone a second frame.
bool only_of_plans(InputIssue issue) {
  return issue == InputIssue::direction_left_handed ||
         issue == InputIssue::frame_of_reference_differs;
}

}  // namespace

TEST_CASE("every word a scan is refused with is in the docs, and no other") {
  Words code;
  for (int i = 0; i <= static_cast<int>(last_input_issue); ++i) {
    const auto issue = static_cast<InputIssue>(i);
    if (refuses(issue) && !only_of_plans(issue)) code.emplace(to_string(issue));
  }
  for (std::size_t i = 0; i < scan_refusal_count; ++i) {
    code.emplace(to_string(static_cast<ScanRefusal>(i)));
  }
  CHECK(words_below("| what came |") == code);
}

TEST_CASE("every word that somebody is turned away with is in the docs, and no other") {
  Words code{"file_refused", "registration_refused", "scan_superseded"};
  for (std::size_t i = 0; i < dicom_refusal_count; ++i) {
    code.emplace(to_string(static_cast<DicomRefusal>(i)));
  }
  CHECK(words_below("| who or what is turned away |") == code);
}
