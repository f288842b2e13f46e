#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "drivers/ndi_framing.hpp"
#include "drivers/ndi_inspect.hpp"
#include "drivers/ndi_rom.hpp"
#include "drivers/ndi_tracking.hpp"

// Captures of real trackers, found by TROCAR_SHARED_DATA or beside the source tree.
using namespace trocar;

namespace {

using Bytes = std::vector<std::byte>;

std::filesystem::path folder() {
  const char* given = std::getenv("TROCAR_SHARED_DATA");
  return std::filesystem::path(given != nullptr ? given : "../shared/data") / "ndi";
}

bool absent() {
  if (std::filesystem::exists(folder() / "decoded_truth.tsv")) return false;
  WARN("skipped: no captures at " << folder());
  return true;
}

std::string content_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::vector<std::string> truth_lines() {
  std::vector<std::string> lines;
  std::istringstream in(content_of(folder() / "decoded_truth.tsv"));
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

Bytes bytes_of_hex(const std::string& hex) {
  Bytes bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes.push_back(static_cast<std::byte>(std::stoi(hex.substr(i, 2), nullptr, 16)));
  }
  return bytes;
}

struct Captured {
  unsigned options;
  Bytes reply;
};
// Each reply once: repeated polls of one frame give the same bytes.
std::vector<Captured> distinct_replies() {
  std::map<std::string, unsigned> seen;
  for (const std::string& line : truth_lines()) {
    std::istringstream columns(line);
    std::string file, index, command, hex;
    std::getline(columns, file, '\t');
    std::getline(columns, index, '\t');
    std::getline(columns, command, '\t');
    std::getline(columns, hex, '\t');
    seen[hex] = static_cast<unsigned>(std::stoul(command.substr(3, 4), nullptr, 16));
  }
  std::vector<Captured> all;
  for (const auto& [hex, options] : seen) all.push_back({options, bytes_of_hex(hex)});
  return all;
}

bool accepted(std::span<const std::byte> bytes, unsigned options, NdiTracking& out) {
  const auto reply = decode_ndi_reply(bytes);
  return reply && reply.value().form == NdiForm::ascii &&
         static_cast<bool>(parse_tx(reply.value().text(), options, out));
}

}  // namespace

TEST_CASE("all captured tracking replies decode exactly as expected") {
  if (absent()) return;
  std::vector<std::string> expected = truth_lines();
  std::size_t at = 0;
  std::string file;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const std::string name = expected[i].substr(0, expected[i].find('\t'));
    if (name == file) continue;
    file = name;
    const auto result =
        inspect_ndi(content_of(folder() / name), name, [&](const NdiInspectLine& line) {
          REQUIRE(at < expected.size());
          REQUIRE(line.tab_separated() == expected[at++]);
        });
    REQUIRE(result);
    CHECK(result.value().refused == 0);
  }
  CHECK(at == expected.size());
  CHECK(at == 1232);
}

TEST_CASE("captured replies are found at every byte split") {
  if (absent()) return;
  NdiFraming framing;
  for (const Captured& c : distinct_replies()) {
    for (std::size_t cut = 0; cut <= c.reply.size(); ++cut) {
      framing.clear();
      const auto whole = std::span<const std::byte>(c.reply);
      bool found = false;
      for (const auto piece : {whole.first(cut), whole.subspan(cut)}) {
        if (!framing.feed(piece)) FAIL("does not fit");
        const auto reply = framing.next();
        if (!reply) FAIL(reply.error().detail);
        if (!reply.value()) continue;
        found = true;
        if (!std::equal(whole.begin(), whole.end(), reply.value()->raw.begin(),
                        reply.value()->raw.end())) {
          FAIL("other bytes than were sent");
        }
      }
      if (!found) FAIL("not found at split " << cut);
    }
  }
}

TEST_CASE("no captured reply with a flipped bit is accepted") {
  if (absent()) return;
  auto out = std::make_unique<NdiTracking>();
  std::size_t tried = 0;
  for (const Captured& c : distinct_replies()) {
    Bytes damaged = c.reply;
    for (std::size_t bit = 0; bit < 8 * damaged.size(); ++bit, ++tried) {
      const auto mask = static_cast<std::byte>(1U << (bit % 8));
      damaged[bit / 8] ^= mask;
      if (accepted(damaged, c.options, *out)) FAIL("accepted with bit " << bit << " flipped");
      damaged[bit / 8] ^= mask;
    }
  }
  CHECK(tried > 100'000);
}

// CRC-16 alone lets 1 of 65,536 random errors through; the checks of the content catch the rest of
// what a text reply can become.
TEST_CASE("no captured reply with several changed bytes is accepted") {
  if (absent()) return;
  const auto replies = distinct_replies();
  auto out = std::make_unique<NdiTracking>();
  std::mt19937 random(11);
  for (int i = 0; i < 1'000'000; ++i) {
    const Captured& c = replies[random() % replies.size()];
    Bytes damaged = c.reply;
    const std::size_t changes = 2 + random() % 6;
    for (std::size_t k = 0; k < changes; ++k) {
      damaged[random() % damaged.size()] = static_cast<std::byte>(random() & 0xFFU);
    }
    if (damaged == c.reply) continue;
    if (accepted(damaged, c.options, *out)) FAIL("accepted a damaged reply, try " << i);
  }
}

TEST_CASE("real tool definitions are read, and any changed byte is refused") {
  if (absent()) return;
  for (const char* name : {"polaris_passive_pointer_1.rom", "ta2p0003-3-120.rom"}) {
    const auto file = read_ndi_rom(folder() / name);
    REQUIRE(file);
    CHECK(file.value().rom.markers.size() >= 3);
    for (std::size_t i = 0; i < file.value().bytes.size(); ++i) {
      auto damaged = file.value().bytes;
      damaged[i] ^= std::byte{1};
      if (parse_ndi_rom(damaged)) FAIL(name << ": byte " << i);
    }
  }
  const auto pointer = read_ndi_rom(folder() / "polaris_passive_pointer_1.rom");
  CHECK(pointer.value().rom.serial == 0x32BBC007);
  CHECK(pointer.value().rom.part_number == "1000000");
}
