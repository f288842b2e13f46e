#include "drivers/ndi_publisher.hpp"

#include <catch2/catch.hpp>
#include <string>

using namespace trocar;

namespace {

NdiHandles two_tools() {
  NdiHandles handles;
  handles.known[1] = handles.known[2] = true;
  handles.tool[1] = ToolId{0};
  handles.tool[2] = ToolId{1};
  return handles;
}

std::string pose(unsigned frame) {
  char text[80];
  std::snprintf(text, sizeof text,
                "+10000+00000+00000+00000+000100-000200-150000+0012300000031%08X\n", frame);
  return text;
}
std::string reply_of(unsigned first, unsigned second, const std::string& status = "0000") {
  return "0201" + pose(first) + "02" + pose(second) + status;
}

struct Rig {
  SourceOutbox outbox;
  NdiPublisher publisher{DeviceClockConfig{}, 60, outbox};
  std::vector<std::byte> bytes;
  Timestamp at{};

  Rig() { publisher.begin(two_tools(), NdiPoll::tx, ndi_transforms); }
  NdiPublisher::Outcome take(const std::string& text) {
    bytes = encode_ascii_reply(text);
    at += std::chrono::milliseconds(16);
    return publisher.take(decode_ndi_reply(bytes).value(), at);
  }
  std::vector<SourceEvent> events() {
    std::vector<SourceEvent> all;
    SourceEvent event;
    while (outbox.events.pop(event)) all.push_back(event);
    return all;
  }
};

}  // namespace

TEST_CASE("bodies of one exposure share a frame") {
  Rig rig;
  CHECK(rig.take(reply_of(10, 10)) == NdiPublisher::Outcome::published);
  const auto events = rig.events();
  REQUIRE(events.size() == 1);
  CHECK(std::get<TrackerFrame>(events[0]).bodies.size() == 2);
}

TEST_CASE("H2: bodies of different exposures never share a frame; the oldest goes first") {
  Rig rig;
  rig.take(reply_of(12, 11));
  const auto events = rig.events();
  REQUIRE(events.size() == 2);
  CHECK(std::get<TrackerFrame>(events[0]).device_frame == 11);
  CHECK(std::get<TrackerFrame>(events[1]).device_frame == 12);
}

TEST_CASE("H1: an exposure that was reported before is not published as new") {
  Rig rig;
  rig.take(reply_of(10, 10));
  CHECK(rig.take(reply_of(10, 10)) == NdiPublisher::Outcome::nothing_new);
  rig.take(reply_of(10, 11));
  const auto events = rig.events();
  REQUIRE(events.size() == 2);
  REQUIRE(std::get<TrackerFrame>(events[1]).bodies.size() == 1);
  CHECK(std::get<TrackerFrame>(events[1]).bodies[0].tool == ToolId{1});
}

TEST_CASE("a handle the device never gave out makes the reply unbelievable") {
  Rig rig;
  CHECK(rig.take("0107" + pose(3) + "0000") == NdiPublisher::Outcome::garbled);
  CHECK(rig.events().empty());
}

TEST_CASE("a port status that rises asks for a new list of tools, once") {
  Rig rig;
  CHECK(rig.take(reply_of(1, 1, "0080")) == NdiPublisher::Outcome::ports_changed);
  CHECK(rig.take(reply_of(2, 2, "0080")) == NdiPublisher::Outcome::published);
}

TEST_CASE("a tool that is switched off is said once") {
  Rig rig;
  rig.take("0201DISABLED\n02" + pose(5) + "0000");
  rig.take("0201DISABLED\n02" + pose(6) + "0000");
  int disabled = 0;
  for (const auto& event : rig.events()) {
    for (const Body& body : std::get<TrackerFrame>(event).bodies) {
      const auto* why = std::get_if<Missing>(&body.pose);
      if (why != nullptr && *why == Missing::disabled) ++disabled;
    }
  }
  CHECK(disabled == 1);
}

TEST_CASE("stray markers are told when their number changes, at most once a second") {
  Rig rig;
  rig.publisher.begin(two_tools(), NdiPoll::tx, ndi_transforms | ndi_strays);
  const std::string marker = "+000100-000200-150000";
  unsigned frame = 0;
  const auto told_in_a_second = [&](const std::string& one, const std::string& other) {
    std::vector<std::uint16_t> told;
    for (int i = 0; i < 64; ++i) {
      ++frame;
      CHECK(rig.take(reply_of(frame, frame, (i % 2 == 0 ? one : other) + "0000")) ==
            NdiPublisher::Outcome::published);
      for (const SourceEvent& e : rig.events()) {
        if (const auto* alert = std::get_if<DeviceAlert>(&e)) told.push_back(alert->code);
      }
    }
    return told;
  };
  const std::string two = "020" + marker + marker;
  const std::string flickering = "010" + marker;
  CHECK(told_in_a_second(two, flickering) == std::vector<std::uint16_t>{2});
  CHECK(told_in_a_second(flickering, two).empty());
  told_in_a_second("00", "00");
  CHECK(told_in_a_second("00", "00") == std::vector<std::uint16_t>{0});
}
