#pragma once
#include <catch2/catch.hpp>
#include <cstring>
#include <string>

#include "drivers/ndi_crc.hpp"
#include "drivers/simulators/ndi_device.hpp"

// A host for tests: sends commands to a device without a wire, in device time of its own.
namespace trocar::test {

inline std::string scenario_text(const std::string& device_more = "",
                                 const std::string& more = "") {
  return "seed = 3\nreference = 'ref'\n[device]\nframe_hz = 60\nlatency_ms = 10\ntiming = "
         "'fast'\n" +
         device_more +
         "\n[noise]\nfle_mm = [0.05, 0.05, 0.15]\n"
         "[reference_motion]\nposition_mm = [0, 0, -1500]\nrotation_wxyz = [1, 0, 0, 0]\n"
         "breathing_mm = [0, 1, 0]\n"
         "[patient.reference_from_preop]\nposition_mm = [5, 6, 7]\n"
         "rotation_wxyz = [0.6, 0, 0.8, 0]\n"
         "[[tool]]\nname = 'ref'\nrom_serial = '0A000001'\nmain_type = 1\n"
         "marker = [{at_mm=[0,0,0]},{at_mm=[50,0,0]},{at_mm=[0,70,0]},{at_mm=[38,62,12]}]\n"
         "[[tool]]\nname = 'needle'\nrom_serial = '0A000002'\nframe = 'patient'\n"
         "marker = [{at_mm=[0,0,0]},{at_mm=[0,28.6,41]},{at_mm=[0,0,88]},{at_mm=[0,-44,40]}]\n"
         "tool_from_tip = {position_mm=[0,0,-160], rotation_wxyz=[0,1,0,0]}\n"
         "keyframe = [{t_s=0, tip_mm=[40,90,0], direction=[-1,-2,0]},"
         "{t_s=100, tip_mm=[10,40,5], direction=[-1,-2,0.2]}]\n" +
         more;
}

inline NdiScenario scenario(const std::string& device_more = "", const std::string& more = "") {
  return read_ndi_scenario(ConfigReader::parse(scenario_text(device_more, more), "sim.toml"));
}

inline std::string hex(std::span<const std::byte> bytes) {
  std::string out;
  for (const std::byte b : bytes) {
    const char* digits = "0123456789ABCDEF";
    out += digits[std::to_integer<unsigned>(b) >> 4U];
    out += digits[std::to_integer<unsigned>(b) & 15U];
  }
  return out;
}

inline unsigned crc_of(const std::string& text) {
  return ndi_crc({reinterpret_cast<const std::byte*>(text.data()), text.size()});
}

// A number of the reply's payload, little-endian.
template <class T>
T at(const std::string& bytes, std::size_t where) {
  REQUIRE(where + sizeof(T) <= bytes.size());
  T v;
  std::memcpy(&v, bytes.data() + where, sizeof v);
  return v;
}

struct Host {
  explicit Host(NdiScenario s, NdiLink link = NdiLink::network) : device(std::move(s), link) {}

  // Everything the device sends until `until`, from wake to wake.
  std::string run_until(Duration until, bool stop_after_first = false) {
    std::string out;
    while (true) {
      device.advance(now);
      while (const auto piece = device.take(now)) {
        out.append(reinterpret_cast<const char*>(piece->bytes.data()), piece->bytes.size());
        marks.insert(marks.end(), piece->marks.begin(), piece->marks.end());
        ++pieces;
      }
      if (stop_after_first && !out.empty()) return out;
      const auto wake = device.next_wake();
      if (!wake || *wake > until) break;
      now = std::max(now, *wake);
    }
    now = until;
    return out;
  }
  // The raw reply to one command, given without CR.
  std::string raw(const std::string& command) {
    device.receive(command + "\r", now);
    return run_until(now + std::chrono::seconds(20), true);
  }
  // The text of an ASCII reply; checks its CRC.
  std::string ask(const std::string& command) { return text(raw(command)); }
  static std::string text(const std::string& reply) {
    REQUIRE(reply.size() >= 5);
    CHECK(reply.back() == '\r');
    const std::string body = reply.substr(0, reply.size() - 5);
    char crc[5];
    std::snprintf(crc, sizeof crc, "%04X", crc_of(body));
    CHECK(reply.substr(reply.size() - 5, 4) == crc);
    return body;
  }
  // The payload of a binary reply; checks header and both CRCs.
  static std::string payload(const std::string& reply) {
    REQUIRE(reply.size() >= 8);
    CHECK(reply.substr(0, 2) == "\xC4\xA5");
    const auto length = at<std::uint16_t>(reply, 2);
    CHECK(at<std::uint16_t>(reply, 4) == crc_of(reply.substr(0, 4)));
    REQUIRE(reply.size() == length + 8U);
    const std::string body = reply.substr(6, length);
    CHECK(at<std::uint16_t>(reply, 6U + length) == crc_of(body));
    return body;
  }
  std::string load(const std::vector<std::byte>& rom) {
    const std::string handle = ask("PHRQ *********1****");
    std::vector<std::byte> image = rom;
    image.resize(1024);
    for (std::size_t i = 0; i < 16; ++i) {
      char address[8];
      std::snprintf(address, sizeof address, "%04X", static_cast<unsigned>(64 * i));
      const std::string chunk = hex(std::span<const std::byte>(image).subspan(64 * i, 64));
      CHECK(ask("PVWR " + handle + address + chunk) == "OKAY");
    }
    return handle;
  }
  // INIT, both tools loaded and enabled, tracking, the first (empty) poll taken.
  void track(bool first_poll = true) {
    CHECK(ask("INIT ") == "OKAY");
    for (const auto& tool : device.world().scenario().tools) {
      if (tool.kind == ToolKind::wired) continue;
      const std::string handle = load(tool.rom_image);
      CHECK(ask("PINIT " + handle) == "OKAY");
      CHECK(ask("PENA " + handle + "D") == "OKAY");
    }
    CHECK(ask("TSTART ") == "OKAY");
    if (first_poll) (void)raw("TX 0001");
  }
  // A fault from now on.
  void break_it(Fault f) {
    f.from += now;
    if (f.until != forever) f.until += now;
    device.faults().add(f);
  }

  NdiDevice device;
  Duration now{};
  std::vector<TrackingMark> marks;
  int pieces = 0;
};

}  // namespace trocar::test
