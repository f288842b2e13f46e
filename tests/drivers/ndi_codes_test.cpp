#include <catch2/catch.hpp>
#include <set>

#include "drivers/ndi_reply.hpp"

using namespace trocar;

namespace {
constexpr std::string_view unknown = "reserved or unknown code";
}

TEST_CASE("the errors a session meets say what they mean") {
  CHECK(ndi_error_text(0x01) == "invalid command");
  CHECK(ndi_error_text(0x08) == "invalid port handle");
  CHECK(ndi_error_text(0x0C) == "not possible in the present mode");
  CHECK(ndi_error_text(0x13) == "tool cannot be initialised: tool or its memory is faulty");
  CHECK(ndi_error_text(0x33) == "feature not available");
  CHECK(ndi_error_text(0x42) == "device not present");
  CHECK(ndi_error_text(0xF6) == "device memory: read failed");
}

TEST_CASE("a reserved error code is named as such, never as its neighbour") {
  for (const unsigned code : {0x00U, 0x18U, 0x1BU, 0x1DU, 0x20U, 0x43U, 0xF0U, 0xF7U, 0x100U}) {
    CHECK(ndi_error_text(code) == unknown);
  }
}

TEST_CASE("no two errors have the same text") {
  std::set<std::string_view> texts;
  for (unsigned code = 0; code <= 0xFF; ++code) {
    const auto text = ndi_error_text(code);
    if (text != unknown) CHECK(texts.insert(text).second);
  }
  CHECK(texts.size() > 50);
}

TEST_CASE("a warning's code is not read as an error's") {
  CHECK(ndi_warning_text(0x01) == "possible hardware fault");
  CHECK(ndi_warning_text(0x02) == "tool violates the rules for unique geometry");
  CHECK(ndi_warning_text(0x06) == unknown);
}

TEST_CASE("one code means three things: fault, alert or event by its type") {
  CHECK(ndi_alert_text(0, 1) == "fatal parameter fault");
  CHECK(ndi_alert_text(1, 1) == "battery low");
  CHECK(ndi_alert_text(2, 1) == "tool connected");
  CHECK(ndi_alert_text(3, 1) == "unknown kind of alert");
  CHECK(ndi_alert_text(0, 11) == unknown);
  CHECK(ndi_alert_text(1, 16) == unknown);
  CHECK(ndi_alert_text(2, 7) == unknown);
}
