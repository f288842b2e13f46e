#include "drivers/ndi_session.hpp"

#include <thread>

#include "tests/drivers/driver_rig.hpp"
#include "tests/loopback.hpp"

using namespace trocar;
using namespace trocar::test;

namespace {

// A device that answers each command, in turn, with the next of some prepared replies (raw bytes)
// and then hangs up. What it was asked stands in `asked` once the session is over.
class Scripted {
 public:
  explicit Scripted(std::vector<std::string> replies)
      : replies_(std::move(replies)), thread_([this] { serve(); }) {}
  Scripted(const Scripted&) = delete;
  Scripted& operator=(const Scripted&) = delete;
  ~Scripted() { thread_.join(); }

  [[nodiscard]] NdiConfig config() const {
    NdiConfig c;
    c.host = "127.0.0.1";
    c.port = listener_.port();
    return c;
  }

 private:
  void serve() {
    const Peer peer = listener_.accept();
    for (const std::string& reply : replies_) {
      if (peer.hear_until('\r').empty() || !peer.send(reply)) return;
    }
  }
  LoopbackListener listener_;
  std::vector<std::string> replies_;
  std::thread thread_;
};

std::string reply(const std::string& text) {
  const auto bytes = encode_ascii_reply(text);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

struct Talk {
  Scripted device;
  NdiConfig config = device.config();
  std::vector<NdiTool> tools;
  Signal stop;
  NdiSession session{config, tools, stop};

  explicit Talk(std::vector<std::string> replies) : device(std::move(replies)) {
    REQUIRE(session.perform(NdiStep::connecting) == NdiInput::done);
  }
};

}  // namespace

TEST_CASE("OKAY ends a step, a warning too, and any other text is not understood") {
  CHECK(Talk({reply("OKAY")}).session.perform(NdiStep::initialising) == NdiInput::done);
  CHECK(Talk({reply("WARNING05")}).session.perform(NdiStep::initialising) == NdiInput::done);
  Talk other({reply("HELLO")});
  CHECK(other.session.perform(NdiStep::initialising) == NdiInput::garbled);
  CHECK(other.session.trouble() == "answer to INIT: expected OKAY, found \"HELLO\"");
}

TEST_CASE("an error of the device is refused with its code and its meaning") {
  Talk talk({reply("ERROR0C")});
  CHECK(talk.session.perform(NdiStep::initialising) == NdiInput::refused);
  CHECK(talk.session.trouble() ==
        "the tracker refuses INIT: ERROR0C, not possible in the present mode");
}

TEST_CASE("a reply with a wrong CRC is damage, whatever its text") {
  Talk talk({"OKAYA897\r"});
  CHECK(talk.session.perform(NdiStep::initialising) == NdiInput::garbled);
  CHECK(talk.session.trouble().starts_with("answer to INIT: "));
}

TEST_CASE("half a reply and an end is a lost link, not an answer") {
  Talk talk({"OKAYA"});
  CHECK(talk.session.perform(NdiStep::initialising) == NdiInput::link_down);
  CHECK(talk.session.trouble().ends_with("closed by the tracker, while it should answer INIT"));
}

TEST_CASE("half a reply and silence ends at the deadline that the device states for itself") {
  Talk talk({reply("Info.Timeout.INIT=1\nInfo.Timeout.TX=999\nInfo.Timeout.BX=x"), "OKAYA",
             "never asked"});
  CHECK(talk.session.perform(NdiStep::reading_timeouts) == NdiInput::done);
  CHECK(talk.session.perform(NdiStep::initialising) == NdiInput::no_answer);
  CHECK(talk.session.trouble() == "no complete reply to INIT in 1.0 s (5 bytes came)");
  talk.session.close();
}

TEST_CASE("the way to ask follows the revision of the device") {
  const auto poll_of = [](const std::string& revision) {
    Talk talk({reply(revision)});
    CHECK(talk.session.perform(NdiStep::reading_revision) == NdiInput::done);
    CHECK(talk.session.device().api_revision == revision);
    return talk.session.poll();
  };
  CHECK(poll_of("G.003.006") == NdiPoll::bx2);
  CHECK(poll_of("G.002.001") == NdiPoll::bx);
  CHECK(poll_of("no revision") == NdiPoll::bx);
  Talk old({reply("ERROR01")});
  CHECK(old.session.perform(NdiStep::reading_revision) == NdiInput::refused);
  CHECK(old.session.poll() == NdiPoll::bx);
  CHECK(old.session.poll_command().starts_with("BX:0803"));
}

TEST_CASE("what a device does not say of itself stays empty, what it says is kept") {
  Talk talk({reply("Polaris Control Firmware\nNDI S/N: P4-03126\nx\nFreeze Tag: POLARIS Rev 020\n"),
             reply("Features.Hardware.Model=Vicra\nFeatures.Firmware.Version=020")});
  CHECK(talk.session.perform(NdiStep::identifying) == NdiInput::done);
  CHECK(talk.session.device().serial == "P4-03126");
  CHECK(talk.session.device().model == "Vicra");
  CHECK(talk.session.device().firmware == "020");
  CHECK(talk.session.device().api_revision.empty());
}

TEST_CASE("an old reply that lies in the line is not taken for the answer") {
  Talk talk({reply("ERROR01") + reply("ERROR0C"), reply("OKAY")});
  CHECK(talk.session.perform(NdiStep::initialising) == NdiInput::refused);
  CHECK(talk.session.perform(NdiStep::initialising) == NdiInput::done);
}

TEST_CASE("a new connection forgets what the device before it said") {
  const auto server = serve(scenario());
  const NdiConfig config = config_for(*server, NdiTrackingMode::automatic);
  const std::vector<NdiTool> none;
  Signal stop;
  NdiSession session(config, none, stop);
  REQUIRE(session.perform(NdiStep::connecting) == NdiInput::done);
  REQUIRE(session.perform(NdiStep::initialising) == NdiInput::done);
  REQUIRE(session.perform(NdiStep::identifying) == NdiInput::done);
  CHECK(session.device().serial == "P9-00042");
  REQUIRE(session.perform(NdiStep::connecting) == NdiInput::done);
  CHECK(session.device().serial.empty());
}

TEST_CASE("stop ends a session that waits for an answer") {
  const LoopbackListener silent;
  NdiConfig config;
  config.host = "127.0.0.1";
  config.port = silent.port();
  const std::vector<NdiTool> none;
  Signal stop;
  NdiSession session(config, none, stop);
  REQUIRE(session.perform(NdiStep::connecting) == NdiInput::done);
  stop.notify();
  CHECK(session.perform(NdiStep::initialising) == NdiInput::link_down);
}

TEST_CASE("a reply without CRC is taken from a network, not from a serial line") {
  const std::vector<std::byte> wire = encode_extended_reply({});
  const std::vector<NdiTool> tools;
  Signal stop;
  NdiConfig config;
  config.serial = "/dev/ttyUSB0";
  NdiSession serial(config, tools, stop);
  REQUIRE(serial.framing().feed(wire));
  CHECK_FALSE(serial.framing().next());
  config.host = "192.168.0.10";
  NdiSession network(config, tools, stop);
  REQUIRE(network.framing().feed(wire));
  CHECK(network.framing().next());
}
