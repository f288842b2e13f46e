#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <cstdio>

#include "tests/loopback.hpp"
#include "tests/tools/operating_room.hpp"
#include "tests/tools/ran_program.hpp"
#include "tools/trocar/exit_code.hpp"

// The program itself, as a person runs it: what it prints and how it exits.
using namespace trocar;

namespace {

const std::string traffic =
    "TX:0001031A\r0101+10000+00000+00000+00000+000100-000200-150000+001230000003100000001\n"
    "000062C8\r";

const OperatingRoom& room() {
  static const OperatingRoom r;
  return r;
}

void check_one_line(const Ran& ran) {
  INFO(ran.said);
  CHECK(std::count(ran.said.begin(), ran.said.end(), '\n') == 1);
  CHECK(ran.said.starts_with("trocar"));
}

}  // namespace

TEST_CASE("check accepts the operating room that the phantom makes") {
  const Ran ran = trocar_with("check " + room().file("run.toml").string());
  INFO(ran.said);
  CHECK(ran.exit_code == exit_ok);
  CHECK(ran.said.find("phantom-1") != std::string::npos);
  const Ran json = trocar_with("check --json " + room().file("run.toml").string());
  CHECK(json.exit_code == exit_ok);
  CHECK(json.said.find("\"ok\":true") != std::string::npos);
}

TEST_CASE("check --json says what is wrong as JSON, with the same exit code") {
  room().write("wrong.toml", replaced(room().read("run.toml"), "tick_ms = 50\n", ""));
  const Ran ran = trocar_with("check --json " + room().file("wrong.toml").string());
  CHECK(ran.exit_code == exit_configuration);
  CHECK(ran.said.find("\"ok\":false") != std::string::npos);
  CHECK(ran.said.find("tick_ms") != std::string::npos);
}

// What is refused, and in which words: or_setup_test.
TEST_CASE("check and run refuse a wrong configuration in one line, exit code 3, nothing started") {
  room().write("wrong.toml", replaced(room().read("run.toml"), "tick_ms = 50\n", ""));
  for (const char* command : {"check ", "run --for 5 "}) {
    const Ran ran = trocar_with(command + room().file("wrong.toml").string());
    CHECK(ran.exit_code == exit_configuration);
    check_one_line(ran);
    CHECK(ran.said.find("wrong.toml:") != std::string::npos);
    CHECK(ran.said.find("tick_ms") != std::string::npos);
  }
}

TEST_CASE("a wrong plan is exit code 3 and one line, too") {
  room().write("wrong_plan.toml",
               replaced(room().read("plan.toml"), "stop_mm = 0", "stop_mm = 40"));
  room().write("wrong.toml", replaced(room().read("run.toml"), "\"plan", "\"wrong_plan"));
  const Ran ran = trocar_with("check " + room().file("wrong.toml").string());
  CHECK(ran.exit_code == exit_configuration);
  check_one_line(ran);
  CHECK(ran.said.find("wrong_plan.toml:") != std::string::npos);
}

TEST_CASE("a report that cannot be written is exit code 1 and one line") {
  room().write("traffic.bin", traffic);
  for (const std::string& command :
       {"check --json " + room().file("run.toml").string(),
        "inspect ndi " + room().file("traffic.bin").string(), std::string("--help")}) {
    const Ran ran = trocar_with(command + " >/dev/full");
    INFO(command);
    CHECK(ran.exit_code == exit_run_time);
    check_one_line(ran);
    CHECK(ran.said.find("stdout") != std::string::npos);
  }
}

TEST_CASE("a port that another program has is named before anything is started") {
  const test::LoopbackListener taken;
  const std::string port = std::to_string(taken.port());
  room().write("wrong.toml", replaced(room().read("run.toml"), "port = 18944", "port = " + port));
  const Ran ran = trocar_with("run --for 5 " + room().file("wrong.toml").string());
  INFO(ran.said);
  CHECK(ran.exit_code == exit_run_time);
  CHECK(std::count(ran.said.begin(), ran.said.end(), '\n') == 1);
  CHECK(ran.said.find("127.0.0.1:" + port) != std::string::npos);
  CHECK(ran.said.find("another port") != std::string::npos);
}

TEST_CASE("a phantom that is stopped ends at once, says so, and leaves nothing to start from") {
  const std::string dir = room().file("stopped").string();
  std::filesystem::create_directory(dir);
  for (const char* of_before : {"stopped/plan.toml", "stopped/run.toml", "stopped/phantom.json"}) {
    room().write(of_before, "id = \"an earlier patient\"\n");
  }
  const std::string log = room().file("phantom.log").string();
  const Ran ran =
      shell(TROCAR_PROGRAM " phantom " + dir + " 2>" + log + " & p=$!; until grep -q meshes " +
            log + "; do sleep 0.05; done; kill -INT $p; wait $p");
  CHECK(ran.exit_code == exit_run_time);
  CHECK(ran.said.empty());
  CHECK(room().read("phantom.log") ==
        "phantom: meshes\ntrocar phantom: stopped; the folder is not whole and has no plan\n");
  for (const char* start : {"plan.toml", "run.toml", "simulator.toml", "phantom.json"}) {
    CHECK_FALSE(std::filesystem::exists(std::filesystem::path(dir) / start));
  }
}

TEST_CASE("a phantom in a folder that cannot be is refused in one line") {
  const Ran ran = trocar_with("phantom /proc/x");
  CHECK(ran.exit_code == exit_run_time);
  check_one_line(ran);
  CHECK(ran.said.find("/proc/x: expected a folder that can be written") != std::string::npos);
}

TEST_CASE("simulate: a taken port and a lost ready-file end it before it says that it listens") {
  const std::string simulate = "simulate ndi " + room().file("simulator.toml").string();
  const test::LoopbackListener taken;
  const Ran port = trocar_with(simulate + " --listen " + std::to_string(taken.port()));
  CHECK(port.exit_code == exit_run_time);
  check_one_line(port);
  const Ran ready = trocar_with(simulate + " --listen 0 --ready-file /nonexistent/ready");
  CHECK(ready.exit_code == exit_run_time);
  CHECK(ready.said.find("trocar: cannot write /nonexistent/ready") != std::string::npos);
  CHECK(ready.said.find("listening") == std::string::npos);
  CHECK(trocar_with(simulate + " --write-roms /nonexistent").exit_code == exit_usage);
}

TEST_CASE("simulate ends when nobody can read what it says") {
  const Ran ran = trocar_with("simulate ndi " + room().file("simulator.toml").string() +
                              " --listen 0 >/dev/full");
  CHECK(ran.exit_code == exit_run_time);
  check_one_line(ran);
}

TEST_CASE("watch ends when nobody can read what it says") {
  const test::LoopbackListener server;  // that says nothing
  const std::string watch =
      TROCAR_PROGRAM " watch --plain --for 60 127.0.0.1:" + std::to_string(server.port());
  const auto began = std::chrono::steady_clock::now();
  CHECK(shell(watch + " >/dev/full").exit_code == exit_run_time);
  CHECK(shell("(" + watch + "; echo code $? >&2) | head -n 1").said.find("code 1") !=
        std::string::npos);
  CHECK(std::chrono::steady_clock::now() - began < std::chrono::seconds(30));
}

TEST_CASE("inspect ndi: 0 when every reply decodes, 5 when one does not, 1 without a file") {
  CHECK(trocar_with("inspect ndi " + room().file("nowhere.tsv").string()).exit_code ==
        exit_run_time);
  const Ran folder = trocar_with("inspect ndi " + room().file("tools").string());
  CHECK(folder.exit_code == exit_run_time);
  CHECK(folder.said == "trocar: " + room().file("tools").string() +
                           ": expected a file with recorded traffic, found a folder\n");
  CHECK(trocar_with("inspect ndi /dev/zero").said ==
        "trocar: /dev/zero: expected a file with recorded traffic, found a device\n");
  room().write("good.bin", traffic);
  const Ran ran = trocar_with("inspect ndi " + room().file("good.bin").string());
  CHECK(ran.exit_code == exit_ok);
  CHECK(ran.said.find("01 OK 1.0000 0.0000 0.0000 0.0000 1.00 -2.00 -1500.00") !=
        std::string::npos);
  room().write("damaged.bin", traffic + replaced(traffic, "-000200", "-000300"));
  const Ran damaged = trocar_with("inspect ndi " + room().file("damaged.bin").string());
  CHECK(damaged.exit_code == exit_check_failed);
  CHECK(damaged.said.find("CRC") != std::string::npos);
  room().write("noise.bin", "this is no traffic of a tracker");
  const Ran noise = trocar_with("inspect ndi " + room().file("noise.bin").string());
  INFO(noise.said);
  CHECK(noise.exit_code == exit_run_time);
}

TEST_CASE("probe says what to check and exits with 4 when nobody listens") {
  const Ran ran = trocar_with("probe ndi 127.0.0.1:1 --timeout 2");
  INFO(ran.said);
  CHECK(ran.exit_code == exit_device);
  CHECK(ran.said.find("failed while") != std::string::npos);
  CHECK(ran.said.find("check:") != std::string::npos);
  CHECK(trocar_with("probe ndi 127.0.0.1:port").exit_code == exit_usage);
  CHECK(trocar_with("probe ndi ''").exit_code == exit_usage);
}

TEST_CASE("usage errors exit with 2, help with 0") {
  CHECK(trocar_with("").exit_code == exit_usage);
  CHECK(trocar_with("navigate").exit_code == exit_usage);
  CHECK(trocar_with("check").exit_code == exit_usage);
  for (const char* seconds : {"nan", "inf", "-1", "0"}) {
    CHECK(trocar_with(std::string("run any.toml --for ") + seconds).exit_code == exit_usage);
  }
  CHECK(trocar_with("--help").exit_code == exit_ok);
  CHECK(trocar_with("run --help").exit_code == exit_ok);
}

TEST_CASE("a command that is none is named, with the ones there are") {
  const Ran frob = trocar_with("frob");
  CHECK(frob.exit_code == exit_usage);
  CHECK(frob.said.starts_with("trocar: unknown command \"frob\"; commands: run, check, probe"));
  CHECK(trocar_with("prob").said.find("did you mean \"probe\"?") != std::string::npos);
  CHECK(trocar_with("").said.find("expected a command, found nothing") != std::string::npos);
}

TEST_CASE("a forgotten kind of device is named, with the command as it should be") {
  const Ran ran = trocar_with("probe /dev/ttyUSB0");
  CHECK(ran.exit_code == exit_usage);
  CHECK(ran.said ==
        "trocar probe: expected the kind of device (ndi), found \"/dev/ttyUSB0\"; for example: "
        "trocar probe ndi /dev/ttyUSB0\n");
  CHECK(trocar_with("probe").said.find("trocar probe ndi ADDRESS") != std::string::npos);
  CHECK(trocar_with("probe ndi").said.find("ADDRESS is required") != std::string::npos);
}

TEST_CASE("a usage error of a command names what is wrong with it, and how it should be") {
  const auto said = [](const std::string& arguments) {
    const Ran ran = trocar_with(arguments);
    CHECK(ran.exit_code == exit_usage);
    check_one_line(ran);
    return ran.said;
  };
  const std::string qa =
      "; for example: trocar qa sessions/*.mcap --out reports; see trocar qa --help\n";
  CHECK(said("qa") == "trocar qa: FILE is required" + qa);
  CHECK(said("qa x.mcap") == "trocar qa: --out is required" + qa);
  CHECK(said("qa x --out o --jobs 0").starts_with("trocar qa: --jobs: "));
  CHECK(said("qa --outt y x") ==
        "trocar qa: unknown option \"--outt\", did you mean \"--out\"?" + qa);
  CHECK(
      said("session foo") ==
      "trocar session: unknown command \"foo\"; commands: info, recover, cut, export, import; see "
      "trocar session --help\n");
  CHECK(said("session inof").find("did you mean \"info\"?") != std::string::npos);
  CHECK(said("session").starts_with("trocar session: expected a command, found nothing; commands"));
  CHECK(said("session cut x") ==
        "trocar session cut: --to is required; for example: trocar session cut FILE --to TO --out "
        "OUT; see trocar session cut --help\n");
  for (const char* device : {"probe", "simulate", "inspect"}) {
    CHECK(said(device).find("expected the kind of device (ndi") != std::string::npos);
  }
}

TEST_CASE("status says that nobody answers, and what to look at") {
  const Ran ran = trocar_with("status --port " + std::to_string(test::closed_port()));
  check_one_line(ran);
  CHECK(ran.exit_code == exit_run_time);
  CHECK(ran.said.find("is `trocar run` running") != std::string::npos);
}
