// Needs the shared data folder: TROCAR_SHARED_DATA, or ../shared/data beside the source tree. Skips
// with a warning when it is absent.
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "engine/igtl/message_encoder.hpp"
#include "engine/igtl/message_stream.hpp"
#include "tests/engine/igtl/server_stage.hpp"

using namespace trocar::igtl;

namespace {

std::filesystem::path igtl_folder() {
  const char* named = std::getenv("TROCAR_SHARED_DATA");
  const std::filesystem::path data = named != nullptr ? named : "../shared/data";
  return data / "igtl";
}

std::string file_text(const std::string& name) {
  std::ifstream in(igtl_folder() / name, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

bool is_absent() {
  if (std::filesystem::exists(igtl_folder())) return false;
  WARN("skipped: no shared data folder");
  return true;
}

Buffer from_hex(const std::string& hex) {
  Buffer out;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    out.push_back(static_cast<std::byte>(std::stoi(hex.substr(i, 2), nullptr, 16)));
  }
  return out;
}

std::vector<Message> decode_whole(std::span<const std::byte> bytes) {
  MessageStream stream;
  stream.push(bytes);
  std::vector<Message> out;
  for (;;) {
    const auto m = stream.next();
    REQUIRE(m);
    if (!m.value()) break;
    out.push_back(*m.value());
  }
  REQUIRE_FALSE(stream.in_message());
  return out;
}

}  // namespace

TEST_CASE("each fixture of the reference library decodes; spoken types encode byte for byte") {
  if (is_absent()) return;
  const auto all = nlohmann::json::parse(file_text("upstream-fixtures.json")).at("fixtures");
  int spoken = 0;
  for (const auto& [name, fixture] : all.items()) {
    INFO(name);
    const Buffer wire = from_hex(fixture.at("wire_hex"));
    const auto messages = decode_whole(wire);
    REQUIRE(messages.size() == 1);
    CHECK(messages[0].header.type == fixture.at("type_id"));
    CHECK(messages[0].header.device == fixture.at("device_name"));
    CHECK(messages[0].header.version == fixture.at("version"));
    if (!is_spoken(messages[0].header.type)) continue;
    ++spoken;
    Buffer again;
    append_message(again, messages[0]);
    CHECK(again == wire);
  }
  CHECK(all.size() == 24);
  CHECK(spoken == 23);  // all but VIDEOMETA
}

TEST_CASE("what 3D Slicer sends first is understood, and what follows stays in step") {
  if (is_absent()) return;
  const std::vector<std::pair<std::string, std::string>> files = {
      {"slicer_hello.bin", "STATUS"},
      {"slicer_command.bin", "COMMAND"},
      {"slicer_get_image.bin", "GET_IMAGE"},
      {"slicer_get_point.bin", "GET_POINT"},
      {"slicer_stt_tdata.bin", "STT_TDATA"}};
  for (const auto& [file, last] : files) {
    INFO(file);
    const std::string text = file_text(file);
    const auto messages = decode_whole(as_bytes(text));
    REQUIRE_FALSE(messages.empty());
    CHECK(messages.front().header.version == 2);
    REQUIRE(messages.front().find("dummy") != nullptr);
    CHECK(messages.back().header.type == last);
  }
}

TEST_CASE("what 3D Slicer sends is answered by the running server, at any split of its bytes") {
  if (is_absent()) return;
  const std::vector<std::pair<std::string, std::string>> answers = {
      {"slicer_hello.bin", "TRANSFORM"},
      {"slicer_command.bin", "RTS_COMMAND"},
      {"slicer_get_image.bin", "IMAGE"},
      {"slicer_get_point.bin", "POINT"},
      {"slicer_stt_tdata.bin", "TDATA"}};
  trocar::test::ServerStage stage;
  stage.publish(1);
  for (const auto& [file, answer] : answers) {
    INFO(file);
    const std::string said = file_text(file);
    for (const std::size_t chunk : {said.size(), std::size_t{1}, std::size_t{59}}) {
      const auto client = stage.connect();
      for (std::size_t at = 0; at < said.size(); at += chunk) {
        REQUIRE(client->send(as_bytes(std::string_view(said).substr(at, chunk)),
                             trocar::test::patience));
      }
      trocar::test::until(*client, [&](const Message& m) {
        return m.header.type == answer && m.header.version == 2;
      });
    }
  }
  CHECK(stage.refused(trocar::Refusal::inbound_dropped) == 0);
}
