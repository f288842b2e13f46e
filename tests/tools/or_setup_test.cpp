#include "tools/trocar/or_setup.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <cstdio>
#include <cstring>

#include "engine/base/config_reader.hpp"
#include "engine/navigation/tool_model.hpp"
#include "tests/tools/operating_room.hpp"

// What `trocar check` and `trocar run` refuse before anything starts, and in which words. How the
// program says it and exits: commands_test.
using namespace trocar;

namespace {

// The room with a plan of one structure: a check reads it in a tenth of the time.
class Room : public OperatingRoom {
 public:
  Room() {
    const std::string plan = read("plan.toml");
    const std::size_t second = plan.find("[[structure]]", plan.find("[[structure]]") + 1);
    write("plan.toml", plan.substr(0, second) + plan.substr(plan.find("[[trajectory]]")));
  }
};

const Room& room() {
  static const Room r;
  return r;
}

// Everything that a library prints past us on stdout and stderr, while this lives.
class Printed {
 public:
  Printed() {
    std::fflush(nullptr);
    const int to = open(file_.c_str(), O_CREAT | O_TRUNC | O_WRONLY, 0600);
    dup2(to, STDOUT_FILENO);
    dup2(to, STDERR_FILENO);
    close(to);
  }
  Printed(const Printed&) = delete;
  Printed& operator=(const Printed&) = delete;
  ~Printed() { end(); }
  std::string end() {
    std::fflush(nullptr);
    dup2(out_, STDOUT_FILENO);
    dup2(err_, STDERR_FILENO);
    return room().read("printed.txt");
  }

 private:
  std::string file_ = room().file("printed.txt").string();
  int out_ = dup(STDOUT_FILENO);
  int err_ = dup(STDERR_FILENO);
};

// What read_or_setup says against the configuration, or "accepted".
std::string refusal_of(const std::string& config) {
  std::string said = "accepted";
  Printed printed;
  try {
    (void)read_or_setup(room().file(config));
  } catch (const ConfigError& e) {
    said = e.what();
  }
  CHECK(printed.end().empty());
  return said;
}

// One clear line that names file and key.
void check_refused(const std::string& kind, const std::string& config, const std::string& file,
                   const std::string& names) {
  const std::string said = refusal_of(config);
  INFO(kind << ": " << said);
  CHECK(said.find('\n') == std::string::npos);
  CHECK(said.find(file) != std::string::npos);
  CHECK(said.find(names) != std::string::npos);
  CHECK(said.find("expected") != std::string::npos);
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

TEST_CASE("the room that all of these spoil is accepted") {
  CHECK(refusal_of("run.toml") == "accepted");
}

TEST_CASE("a wrong configuration is one line with file and key, naming what is wrong") {
  const std::array<Wrong, 24> all{{
      {"absent key", "max_fre_mm = 1.5\n", "", "max_fre_mm"},
      {"unknown key", "tick_ms = 50\n", "tick_ms = 50\ntick_mss = 50\n", "tick_mss"},
      {"misspelt key", "max_fre_mm = 1.5", "max_fre_m = 1.5", "did you mean \"max_fre_mm\" ("},
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
      {"H20: a tick that looks like silence", "port = 18944", "silent_after_ms = 50", "tick_ms"},
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

TEST_CASE("a wrong plan is one line with file and key, naming what is wrong") {
  const std::array<Wrong, 9> all{{
      {"zones reversed", "stop_mm = 0", "stop_mm = 40", "stop_mm"},
      {"zone absent", "hysteresis_mm", "hysteresis", "hysteresis"},
      {"missing CT", "\"ct.nrrd\"", "\"ct.nii\"", "path"},
      {"missing mesh", "meshes/tumour.stl", "meshes/tumor.stl", "mesh"},
      {"label that is not there", "mesh = \"meshes/tumour.stl\"", "label = 99", "label"},
      {"vertebra's label that is not there", "label = 29", "label = 98", "label"},
      {"kind unknown", "kind = \"tumour\"", "kind = \"tumor\"", "kind"},
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

TEST_CASE("a log that cannot be opened is refused, and nothing is made") {
  for (const char* log : {"no/such/trocar.log", "no/trocar.log", "/proc/trocar.log", "tools"}) {
    room().write("wrong.toml", replaced(room().read("run.toml"), "trocar.log", log));
    check_refused("log", "wrong.toml", "wrong.toml", "key 'log'");
  }
  CHECK_FALSE(std::filesystem::exists(room().file("no")));
}

TEST_CASE("H17: a tip in metres is refused where it stands") {
  room().write("wrong.toml", replaced(room().read("run.toml"), "tip_in_tool_mm = [",
                                      "tip_in_tool_mm = [0.01, 0.02, -0.16] # "));
  check_refused("metres", "wrong.toml", "wrong.toml",
                "key 'tool[1].tip_in_tool_mm': expected a tip 1 mm or more from the tool's origin");
}

TEST_CASE("H5: tool files in each other's place are called swapped") {
  std::string text = replaced(room().read("run.toml"), "needle.rom", "other.rom");
  text = replaced(text, "reference.rom", "needle.rom");
  room().write("wrong.toml", replaced(text, "other.rom", "reference.rom"));
  check_refused("swapped", "wrong.toml", "wrong.toml",
                "which is the hash of reference.rom: are the two files swapped?");
}
