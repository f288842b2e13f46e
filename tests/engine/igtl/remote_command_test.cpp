#include "engine/igtl/remote_command.hpp"

#include <catch2/catch.hpp>

using namespace trocar;
using namespace trocar::igtl;

namespace {

std::string refusal(std::string_view xml) {
  const auto command = parse_command(xml);
  return command ? "accepted" : command.error().detail;
}

}  // namespace

TEST_CASE("a command has a name and attributes, whatever stands round it") {
  const auto c = parse_command(
      "<?xml version=\"1.0\"?><!-- by hand -->\n"
      "<Command Name=\"GetTransform\" TransformName=\"Needle&lt;To&gt;Ras\"><Inner/></Command>");
  REQUIRE(c);
  CHECK(c.value().name == "GetTransform");
  CHECK(c.value().attribute("TransformName") == "Needle<To>Ras");
  CHECK(c.value().attribute("Name").empty());
}

TEST_CASE("what is no command is refused with what was expected and found") {
  CHECK(refusal("") == "command: expected XML, found No document element found at byte 0");
  CHECK(refusal("<Command Name=\"x\"").find("at byte") != std::string::npos);
  CHECK(refusal("<Kommand Name=\"x\"/>") ==
        "command: expected <Command Name=\"...\"/>, found <Kommand>");
  CHECK(refusal("<Command/>") == "command: expected a Name, found none");
  CHECK(refusal("<Command Name=\"\"/>") == "command: expected a Name, found none");
}

TEST_CASE("hostile: an XML bomb is refused, and nothing in it grows") {
  std::string bomb = "<!DOCTYPE b [<!ENTITY a \"aaaaaaaaaa\">";
  for (char c = 'b'; c <= 'j'; ++c) {
    bomb += std::string("<!ENTITY ") + c + " \"";
    for (int i = 0; i < 10; ++i) bomb += std::string("&") + static_cast<char>(c - 1) + ";";
    bomb += "\">";
  }
  bomb += "]><Command Name=\"&j;\"/>";
  CHECK(refusal(bomb) == "command: expected no document type, found one");
}

TEST_CASE("hostile: a deep, a wide and a long command end in a refusal or a short answer") {
  std::string deep;
  for (int i = 0; i < 5000; ++i) deep += "<a>";
  CHECK(refusal(deep) != "accepted");
  std::string wide = "<Command Name=\"x\"";
  for (int i = 0; i < 100; ++i) wide += " a" + std::to_string(i) + "=\"1\"";
  CHECK(refusal(wide + "/>").find("at most 64 attributes") != std::string::npos);
  CHECK(refusal("<Command Name=\"" + std::string(5000, 'n') + "\"/>").find("4096") !=
        std::string::npos);
  CHECK(refusal("<Command Name=\"" + std::string(127, 'n') + "\"/>") == "accepted");
  CHECK(refusal("<Command Name=\"" + std::string(128, '\'') + "\"/>") ==
        "command: expected a Name of at most 127 bytes, found 128");
  CHECK(refusal(std::string(max_command_bytes + 1, ' ')).find("at most 16384 bytes") !=
        std::string::npos);
}

TEST_CASE("a reply is one line of XML, and what a client said comes back escaped") {
  CHECK(reply_xml("Version", {true, "trocar 1", {}}) ==
        "<CommandReply Name=\"Version\" Status=\"SUCCESS\" Message=\"trocar 1\"/>");
  CHECK(reply_xml("a\"<&", {false, "no <such>", {{"Extra", "1"}}}) ==
        "<CommandReply Name=\"a&quot;&lt;&amp;\" Status=\"FAIL\" Error=\"no &lt;such>\" "
        "Extra=\"1\"/>");
}
