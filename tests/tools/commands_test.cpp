#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <cstdio>
#include <cstring>

#include "engine/navigation/tool_model.hpp"
#include "tests/loopback.hpp"
#include "tests/tools/operating_room.hpp"
#include "tools/trocar/exit_code.hpp"

// The program itself, as a person runs it: what it prints and how it exits.
using namespace trocar;

namespace {

struct Ran {
  int exit_code;
  std::string said;  // stdout and stderr
};

Ran trocar_with(const std::string& arguments) {
  std::FILE* pipe = popen((TROCAR_PROGRAM " " + arguments + " 2>&1").c_str(), "r");
  REQUIRE(pipe != nullptr);
  Ran ran{};
  std::array<char, 4096> some{};
  for (std::size_t n = 0; (n = std::fread(some.data(), 1, some.size(), pipe)) > 0;) {
    ran.said.append(some.data(), n);
  }
  const int status = pclose(pipe);
  ran.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return ran;
}

const OperatingRoom& room() {
  static const OperatingRoom r;
  return r;
}

// One clear line naming file and key, and exit code 3.
void check_refused(const std::string& kind, const std::string& config, const std::string& file,
                   const std::string& names) {
  const Ran ran = trocar_with("check " + room().file(config).string());
  INFO(kind << ": " << ran.said);
  CHECK(ran.exit_code == exit_configuration);
  CHECK(std::count(ran.said.begin(), ran.said.end(), '\n') == 1);
  CHECK(ran.said.starts_with("trocar: "));
  CHECK(ran.said.find(file) != std::string::npos);
  CHECK(ran.said.find(names) != std::string::npos);
  CHECK(ran.said.find("expected") != std::string::npos);
}

struct Wrong {
  const char* kind;
  const char* what;
  const char* by;
  const char* names;
};

// run.toml with another definition for the needle, and that file's own hash.
void refuse_rom(const std::string& kind, const std::string& bytes, const std::string& names) {
  room().write("tools/wrong.rom", bytes);
  const std::string hash = definition_hash(room().file("tools/needle.rom")).value();
  std::string text = replaced(room().read("run.toml"), "tools/needle.rom", "tools/wrong.rom");
  text = replaced(text, hash, definition_hash(room().file("tools/wrong.rom")).value());
  room().write("wrong.toml", text);
  check_refused(kind, "wrong.toml", "wrong.toml", names);
}

void refuse_plan(const std::string& kind, const std::string& plan, const std::string& names) {
  room().write("wrong_plan.toml", plan);
  room().write("wrong.toml",
               replaced(room().read("run.toml"), "\"plan.toml\"", "\"wrong_plan.toml\""));
  check_refused(kind, "wrong.toml", "wrong_plan.toml", names);
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

TEST_CASE("a wrong configuration is one line with file and key, exit code 3") {
  const std::array<Wrong, 23> all{{
      {"absent key", "max_fre_mm = 1.5\n", "", "max_fre_mm"},
      {"unknown key", "tick_ms = 50\n", "tick_ms = 50\ntick_mss = 50\n", "tick_mss"},
      {"misspelt key", "max_fre_mm = 1.5", "max_fre_m = 1.5", "did you mean \"max_fre_mm\"?"},
      {"unknown key in a table", "hold_ms = 1000\n", "hold_ms = 1000\nmax_fre = 1\n", "max_fre"},
      {"wrong type", "tick_ms = 50", "tick_ms = \"50\"", "tick_ms"},
      {"out of range", "max_pose_age_ms = 100", "max_pose_age_ms = 100000", "max_pose_age_ms"},
      {"not finite", "max_bound_95_mm = 4", "max_bound_95_mm = nan", "max_bound_95_mm"},
      {"no TOML", "tick_ms = 50", "tick_ms = ", "not TOML"},
      {"missing plan", "\"plan.toml\"", "\"elsewhere.toml\"", "plan"},
      {"missing tool file", "tools/needle.rom", "tools/noodle.rom", "definition"},
      {"hash wrong", "definition_hash = \"", "definition_hash = \"0000000000000000\" # ",
       "definition_hash"},
      {"two references", "role = \"tool\"", "role = \"reference\"", "role"},
      {"same name", "name = \"Needle\"", "name = \"Reference\"", "name"},
      {"name too long", "name = \"Needle\"", "name = \"NeedleOfTheFirstSurgeon\"", "tool"},
      {"unknown driver", "driver = \"ndi\"", "driver = \"ndy\"", "driver"},
      {"no address", "host = \"127.0.0.1\"\n", "", "host"},
      {"method unknown", "method = \"touch\"", "method = \"guess\"", "method"},
      {"touch tool unknown", "touch_tool = \"Needle\"", "touch_tool = \"Nadel\"", "touch_tool"},
      {"touch tool absent", "touch_tool = \"Needle\"\n", "", "touch_tool"},
      {"vertebra unknown", "reference_vertebra = \"L", "reference_vertebra = \"T",
       "key 'navigator.reference_vertebra': expected a vertebra of the plan (L1"},
      {"unknown server key", "port = 18944", "prot = 18944", "prot"},
      {"axis of length zero", "axis_in_tool = [0.000000, 0.000000, -1.000000]",
       "axis_in_tool = [0, 0, 0]", "axis_in_tool"},
      {"H5: axis reversed", "axis_in_tool = [0.000000, 0.000000, -1.000000]",
       "axis_in_tool = [0, 0, 1]", "points back to its markers"},
  }};
  for (const Wrong& w : all) {
    std::string text = room().read("run.toml");
    if (std::string(w.kind) == "two references") {
      // what belongs to a tool only goes with it
      for (const char* key : {"tip_in_tool_mm", "axis_in_tool", "shaft_length_mm",
                              "shaft_radius_mm", "tip_sigma_mm"}) {
        const std::size_t at = text.find(key);
        text.erase(at, text.find('\n', at) - at + 1);
      }
    }
    room().write("wrong.toml", replaced(text, w.what, w.by));
    check_refused(w.kind, "wrong.toml", "wrong.toml", w.names);
  }
}

TEST_CASE("a wrong plan is one line with file and key, exit code 3") {
  const std::array<Wrong, 9> all{{
      {"zones reversed", "stop_mm = 2", "stop_mm = 40", "stop_mm"},
      {"zone absent", "hysteresis_mm", "hysteresis", "hysteresis"},
      {"missing CT", "\"ct.nrrd\"", "\"ct.nii\"", "path"},
      {"missing mesh", "meshes/tumour.stl", "meshes/tumor.stl", "mesh"},
      {"label that is not there", "mesh = \"meshes/tumour.stl\"", "label = 99", "label"},
      {"vertebra's label that is not there", "label = 29", "label = 98", "label"},
      {"kind unknown", "kind = \"dura\"", "kind = \"duro\"", "kind"},
      {"vertebra unknown", "vertebra = \"L3\"", "vertebra = \"T3\"", "vertebra"},
      {"trajectory outside the CT", "entry_lps_mm = [", "entry_lps_mm = [900, 0, 0] # ",
       "entry_lps_mm"},
  }};
  for (const Wrong& w : all) {
    refuse_plan(w.kind, replaced(room().read("plan.toml"), w.what, w.by), w.names);
  }
}

TEST_CASE("H23: an open and an inverted mesh are refused by name") {
  const std::string stl = room().read("meshes/tumour.stl");
  std::uint32_t count = 0;
  std::memcpy(&count, stl.data() + 80, 4);
  const std::string plan = replaced(room().read("plan.toml"), "tumour.stl", "wrong.stl");

  std::string open = stl.substr(0, stl.size() - 50);
  const std::uint32_t fewer = count - 1;
  std::memcpy(open.data() + 80, &fewer, 4);
  room().write("meshes/wrong.stl", open);
  refuse_plan("open mesh", plan, "wrong.stl");

  std::string inverted = stl;
  for (std::uint32_t i = 0; i < count; ++i) {
    char* const second = inverted.data() + 84 + 50 * i + 24;
    std::swap_ranges(second, second + 12, second + 12);
  }
  room().write("meshes/wrong.stl", inverted);
  refuse_plan("inverted mesh", plan, "wrong.stl");

  room().write("meshes/wrong.stl", stl.substr(0, stl.size() / 2));
  refuse_plan("mesh cut short", plan, "wrong.stl");
}

TEST_CASE("H17: fiducials in metres are refused") {
  room().write("wrong.mrk.json",
               replaced(room().read("fiducials.mrk.json"), "\"coordinateUnits\": \"mm\"",
                        "\"coordinateUnits\": \"m\""));
  refuse_plan("metres", replaced(room().read("plan.toml"), "fiducials.mrk.json", "wrong.mrk.json"),
              "wrong.mrk.json");
}

TEST_CASE("H5: a tool file that is cut short, damaged or looks like another is refused") {
  const std::string rom = room().read("tools/needle.rom");
  refuse_rom("cut short", rom.substr(0, rom.size() / 2), "wrong.rom");
  std::string damaged = rom;
  damaged[80] = static_cast<char>(damaged[80] ^ 0x10);
  refuse_rom("bad checksum", damaged, "wrong.rom");
  refuse_rom("no tool file", "hello", "wrong.rom");
  refuse_rom("look-alike", room().read("tools/reference.rom"), "tool");
}

TEST_CASE("check --json says what is wrong as JSON, with the same exit code") {
  room().write("wrong.toml", replaced(room().read("run.toml"), "tick_ms = 50\n", ""));
  const Ran ran = trocar_with("check --json " + room().file("wrong.toml").string());
  CHECK(ran.exit_code == exit_configuration);
  CHECK(ran.said.find("\"ok\":false") != std::string::npos);
  CHECK(ran.said.find("tick_ms") != std::string::npos);
}

TEST_CASE("run refuses what check refuses, and starts nothing") {
  room().write("wrong.toml", replaced(room().read("run.toml"), "tick_ms = 50\n", ""));
  const Ran ran = trocar_with("run --for 5 " + room().file("wrong.toml").string());
  CHECK(ran.exit_code == exit_configuration);
  CHECK(std::count(ran.said.begin(), ran.said.end(), '\n') == 1);
}

TEST_CASE("a log in a folder whose path does not exist is refused, and nothing is made") {
  room().write("wrong.toml", replaced(room().read("run.toml"), "trocar.log", "no/such/trocar.log"));
  check_refused("log", "wrong.toml", "wrong.toml", "key 'log'");
  CHECK(trocar_with("run " + room().file("wrong.toml").string()).exit_code == exit_configuration);
  CHECK_FALSE(std::filesystem::exists(room().file("no")));
}

TEST_CASE("a port that another program has is named before anything is started") {
  const test::LoopbackListener taken;
  const std::string port = std::to_string(taken.port());
  const std::string logged = replaced(room().read("run.toml"), "trocar.log", "logs/trocar.log");
  room().write("wrong.toml", replaced(logged, "port = 18944", "port = " + port));
  const Ran ran = trocar_with("run --for 5 " + room().file("wrong.toml").string());
  INFO(ran.said);
  CHECK(ran.exit_code == exit_run_time);
  CHECK(std::count(ran.said.begin(), ran.said.end(), '\n') == 1);
  CHECK(ran.said.find("127.0.0.1:" + port) != std::string::npos);
  CHECK(ran.said.find("another port") != std::string::npos);
  CHECK_FALSE(std::filesystem::exists(room().file("logs")));
}

TEST_CASE("inspect ndi: 0 when every reply decodes, 5 when one does not, 1 without a file") {
  CHECK(trocar_with("inspect ndi " + room().file("nowhere.tsv").string()).exit_code ==
        exit_run_time);
  const Ran folder = trocar_with("inspect ndi " + room().file("tools").string());
  CHECK(folder.exit_code == exit_run_time);
  CHECK(folder.said == "trocar: " + room().file("tools").string() +
                           ": expected a file with recorded traffic, found a directory\n");
  const std::string good =
      "TX:0001031A\r0101+10000+00000+00000+00000+000100-000200-150000+001230000003100000001\n"
      "000062C8\r";
  room().write("good.bin", good);
  const Ran ran = trocar_with("inspect ndi " + room().file("good.bin").string());
  CHECK(ran.exit_code == exit_ok);
  CHECK(ran.said.find("01 OK 1.0000 0.0000 0.0000 0.0000 1.00 -2.00 -1500.00") !=
        std::string::npos);
  room().write("damaged.bin", good + replaced(good, "-000200", "-000300"));
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
}

TEST_CASE("usage errors exit with 2, help with 0") {
  CHECK(trocar_with("").exit_code == exit_usage);
  CHECK(trocar_with("navigate").exit_code == exit_usage);
  CHECK(trocar_with("check").exit_code == exit_usage);
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
