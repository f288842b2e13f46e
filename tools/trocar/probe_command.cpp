#include "tools/trocar/probe_command.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "drivers/ndi_probe.hpp"
#include "tools/trocar/decimal.hpp"
#include "tools/trocar/exit_code.hpp"

namespace trocar {
namespace {

constexpr const char* about =
    "Says which NDI tracker, firmware and tools answer, or which step failed and what to check.\n\n"
    "  trocar probe ndi 192.168.1.10        Vega, Lyra: network, port 8765\n"
    "  trocar probe ndi 127.0.0.1:8765      a simulated tracker\n"
    "  trocar probe ndi /dev/ttyUSB0        Polaris, Vicra, Aurora: serial line\n\n"
    "The tracker is reset (serial) and initialised: do not probe one that is in use. A serial "
    "line\n"
    "on which nobody answers takes 22 s: 7 s after a break, 15 s for the reset.\n"
    "Exit code 0 when it answered every step, 4 when not.";

struct Options {
  std::string address;
  unsigned baud = 115200;
  double timeout_s = 5;
  bool json = false;
};

NdiConfig config_of(const Options& o) {
  NdiConfig config;
  config.connect_timeout = duration_from_ms(o.timeout_s * 1e3);
  config.baud = o.baud;
  if (o.address.starts_with('/')) {
    config.serial = o.address;
    return config;
  }
  const std::size_t colon = o.address.rfind(':');
  config.host = o.address.substr(0, colon);
  if (colon == std::string::npos && !config.host.empty()) return config;
  const char* end = o.address.data() + o.address.size();
  const auto [stop, error] = std::from_chars(o.address.data() + colon + 1, end, config.port);
  if (error == std::errc{} && stop == end && config.port != 0 && !config.host.empty()) {
    return config;
  }
  throw CLI::ValidationError("ADDRESS",
                             "expected HOST, HOST:PORT or /dev/..., found \"" + o.address + "\"");
}

nlohmann::ordered_json to_json(const NdiProbeReport& r) {
  nlohmann::ordered_json json{{"answered", r.answered}};
  if (!r.answered) {
    json["failed_step"] = std::string(to_string(r.failed));
    json["problem"] = r.problem;
    json["check"] = r.check;
  }
  json["device"] = {{"type", r.device.type},
                    {"model", r.device.model},
                    {"serial", r.device.serial},
                    {"firmware", r.device.firmware},
                    {"api_revision", r.device.api_revision}};
  if (r.device.baud != 0) json["device"]["baud"] = r.device.baud;
  json["tools"] = nlohmann::ordered_json::array();
  for (const NdiFoundTool& t : r.tools) {
    json["tools"].push_back({{"handle", t.handle},
                             {"serial", t.info.serial},
                             {"part_number", t.info.part_number},
                             {"manufacturer", t.info.manufacturer},
                             {"location", t.info.location}});
  }
  return json;
}

void print_field(const char* name, const std::string& value) {
  if (!value.empty()) std::printf("%-14s %s\n", name, value.c_str());
}

void print(const NdiProbeReport& r) {
  print_field("tracker", r.device.type);
  print_field("model", r.device.model);
  print_field("serial", r.device.serial);
  print_field("firmware", r.device.firmware);
  print_field("API revision", r.device.api_revision);
  if (r.device.baud != 0) print_field("baud", std::to_string(r.device.baud));
  for (const NdiFoundTool& t : r.tools) {
    print_field("tool", fmt::format("handle {:02X}, serial {}, part {}, {}", t.handle,
                                    t.info.serial, t.info.part_number, t.info.manufacturer));
  }
  if (r.answered) {
    if (r.tools.empty()) std::printf("no wired tools; passive tools are loaded by the engine\n");
    std::printf("the tracker answers\n");
    return;
  }
  std::printf("failed while %s\n  %s\n  check: %s\n", std::string(to_string(r.failed)).c_str(),
              r.problem.c_str(), r.check.c_str());
}

void probe(const Options& options, int& exit_code) {
  const NdiConfig config = config_of(options);
  Signal never;
  const NdiProbeReport report = probe_ndi(config, never);
  if (options.json)
    std::printf(
        "%s\n",
        to_json(report).dump(2, ' ', false, nlohmann::json::error_handler_t::replace).c_str());
  else
    print(report);
  exit_code = report.answered ? exit_ok : exit_device;
}

}  // namespace

void add_probe(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand("probe", "which device answers, or what to check");
  command->require_subcommand(1);
  CLI::App* ndi = command->add_subcommand("ndi", about);
  auto options = std::make_shared<Options>();
  ndi->add_option("ADDRESS", options->address, "HOST, HOST:PORT or a serial device")->required();
  ndi->add_option("--baud", options->baud, "serial speed to change to")
      ->check(CLI::IsMember({9600, 19200, 38400, 57600, 115200, 230400, 921600}))
      ->capture_default_str();
  ndi->add_option("--timeout", options->timeout_s, "of the network connection, s")
      ->check(decimal_within(0.1, 60.0))
      ->capture_default_str();
  ndi->add_flag("--json", options->json, "report as JSON");
  ndi->callback([options, &exit_code] { probe(*options, exit_code); });
}

}  // namespace trocar
