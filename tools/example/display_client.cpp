// A display in a page: connects to trocar, shows each tool's distance line, and takes it off the
// screen when nobody stands behind it any more. Usage: display_client [HOST[:PORT]]
#include <cstdio>
#include <map>
#include <string>

#include "engine/igtl/client.hpp"
#include "engine/igtl/server_config.hpp"

using namespace trocar;

namespace {

class Screen {
 public:
  explicit Screen(const TimeSource& time) : time_(time) {}

  void take(const igtl::Message& m) {
    heard_ = time_.now();
    if (std::holds_alternative<igtl::StatusBody>(m.body)) {
      if (m.header.device == "Trocar") heartbeat_ = heard_;
    } else if (const auto* text = std::get_if<igtl::StringBody>(&m.body)) {
      // "sequence=812 tool=Needle status=OK ... Tumour.tip_mm=9.95 Tumour.tip_bound_95_mm=0.81 ..."
      if (m.header.device.ends_with("Distance")) lines_[m.header.device] = text->text;
      if (m.header.device == "TrocarState") std::printf("* %s\n", text->text.c_str());
    }
  }

  // A stream without a heartbeat for 0.6 s is dead, whatever it said last (H1).
  void show() const {
    const bool dead = time_.now() - heartbeat_ > stale_after;
    for (const auto& [device, line] : lines_) {
      std::printf("%s: %s\n", device.c_str(), dead ? "(no news)" : line.c_str());
    }
    std::fflush(stdout);
  }

 private:
  const TimeSource& time_;
  Timestamp heard_{};
  Timestamp heartbeat_{};
  std::map<std::string, std::string> lines_;
};

}  // namespace

int main(int argc, char** argv) {
  const SteadyTime time;
  const auto where = igtl::parse_endpoint(argc > 1 ? argv[1] : "127.0.0.1");
  if (!where) return std::fprintf(stderr, "%s\n", where.error().detail.c_str()), 2;
  auto client = igtl::IgtlClient::connect(where.value(), std::chrono::seconds(2));
  if (!client) return std::fprintf(stderr, "%s\n", client.error().detail.c_str()), 1;
  // Said first: a server speaks version 2, with metadata, to who has spoken it.
  if (!client.value()->send(igtl::make_hello(), std::chrono::seconds(1))) return 1;
  Screen screen(time);
  for (Timestamp shown = time.now(); std::ferror(stdout) == 0;) {
    const auto got = client.value()->receive(std::chrono::milliseconds(50),
                                             [&](const igtl::Message& m) { screen.take(m); });
    if (time.now() - shown > std::chrono::milliseconds(250)) {
      screen.show();
      shown = time.now();
    }
    if (!got) return std::fprintf(stderr, "%s\n", got.error().detail.c_str()), 1;
  }
  return 0;
}
