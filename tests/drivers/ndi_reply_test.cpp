#include "drivers/ndi_reply.hpp"

#include <catch2/catch.hpp>

using namespace trocar;

TEST_CASE("answers: okay, warnings with and without a code, errors with their text") {
  using Kind = NdiAnswer::Kind;
  CHECK(classify_ndi_answer("OKAY").kind == Kind::okay);
  CHECK(classify_ndi_answer("WARNING").kind == Kind::warning);
  CHECK(classify_ndi_answer("WARNING03").code == 3);
  CHECK(classify_ndi_answer("ERROR2B").code == 0x2B);
  CHECK(classify_ndi_answer("ERRORxx").kind == Kind::other);
  CHECK(ndi_error_text(0x0C) == "not possible in the present mode");
  CHECK(ndi_error_text(0x18) == "reserved or unknown code");
  CHECK(ndi_alert_text(1, 2).starts_with("bump"));
  CHECK(ndi_alert_text(2, 1) == "tool connected");
}

TEST_CASE("PHSR: handles with their status, as real devices sent them") {
  CHECK(parse_phsr("00").value().empty());
  const auto three = parse_phsr("030A0010B0010C001");
  REQUIRE(three);
  REQUIRE(three.value().size() == 3);
  CHECK(three.value()[2].handle == 0x0C);
  CHECK_FALSE(parse_phsr("010A00"));
  CHECK_FALSE(parse_phsr("020A001"));
  CHECK_FALSE(parse_phsr(""));
}

TEST_CASE("PHRQ: one handle of two digits") {
  CHECK(parse_phrq("0A").value() == 10);
  CHECK_FALSE(parse_phrq("0"));
  CHECK_FALSE(parse_phrq("OK"));
}

TEST_CASE("PHINF: the passive pointer's description; the type is read as a number") {
  const std::string text =
      "02000000UNKNOWN     00032BBC00711" + std::string("1000000             ") + "P4-04529010A00";
  const auto info = parse_phinf(text, true);
  REQUIRE(info);
  CHECK(info.value().main_type == 2);
  CHECK(info.value().manufacturer == "UNKNOWN");
  CHECK(info.value().serial == "32BBC007");
  CHECK(info.value().part_number == "1000000");
  CHECK_FALSE(parse_phinf("UNOCCUPIED", true).value().occupied);
  CHECK_FALSE(parse_phinf("02", true));
}

TEST_CASE("GET: names and values; a line without '=' is refused") {
  const auto values = parse_get("Info.Timeout.INIT=4\nInfo.Timeout.TX=4");
  REQUIRE(values);
  CHECK(values.value().at("Info.Timeout.INIT") == "4");
  CHECK_FALSE(parse_get("nonsense"));
}

TEST_CASE("VER and APIREV") {
  const auto version =
      parse_ver("Polaris Control Firmware\nNDI S/N: P4-03126\nx\nFreeze Tag: POLARIS Rev 020\n");
  REQUIRE(version);
  CHECK(version.value().serial == "P4-03126");
  CHECK(version.value().freeze_tag == "POLARIS Rev 020");
  CHECK(parse_apirev("G.003.006").value().major == 3);
  CHECK(parse_apirev("G.001.005").value().minor == 5);
  CHECK_FALSE(parse_apirev("G.3.6"));
  CHECK_FALSE(parse_ver(""));
}
