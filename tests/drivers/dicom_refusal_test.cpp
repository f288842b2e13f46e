#include "drivers/dicom_refusal.hpp"

#include <catch2/catch.hpp>
#include <set>

using namespace trocar;

TEST_CASE("each refusal has a word of its own, fit for a counter") {
  std::set<std::string_view> words;
  for (std::size_t k = 0; k < dicom_refusal_count; ++k) {
    const auto word = to_string(static_cast<DicomRefusal>(k));
    CHECK(word != "unknown");
    CHECK(word.find_first_not_of("abcdefghijklmnopqrstuvwxyz_") == std::string_view::npos);
    words.insert(word);
  }
  CHECK(words.size() == dicom_refusal_count);
  CHECK(to_string(static_cast<DicomRefusal>(dicom_refusal_count)) == "unknown");
}
