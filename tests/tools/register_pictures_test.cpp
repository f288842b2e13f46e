#include "tools/trocar/register_pictures.hpp"

#include <catch2/catch.hpp>
#include <fstream>
#include <iterator>

#include "tests/engine/model/ct_files.hpp"
#include "tests/engine/registration/ct_spine_for_test.hpp"
#include "tests/tools/ran_program.hpp"
#include "tests/tools/temporary_folder.hpp"
#include "tools/trocar/exit_code.hpp"

// `trocar register ct --pictures`, as a person runs it. The labels of the small spine, 31 to 35,
// are called L1, T12, T11, T10 and T9.
using namespace trocar;
namespace fs = std::filesystem;

namespace {

void write_values(const fs::path& file, const VolumeGeometry& g,
                  const std::function<int(std::size_t)>& value) {
  std::size_t i = 0;  // voxels are asked for in their order
  test::write_nrrd(file, g,
                   [&](const Point<Preop>&) { return static_cast<std::int16_t>(value(i++)); });
}

// Two scans of the spine as files; T11 lies amid the second one, which ends above T10.
class Patient {
 public:
  Patient() {
    const auto preop = ct_test::preop();
    const auto labels = ct_test::labels();
    const auto moved = ct_test::moved(ct_test::centre_of(33), {3, -2, 2}, {4, 3, -5}).inverse();
    const auto scan = ct_test::scan(
        ct_test::grid(moved.inverse() * ct_test::centre_of(33), {76, 84, 84}, {1.2, 1.2, 1.2}),
        [&](int) { return moved; }, {1, 0, 20, 3, 0});
    write_values(path("preop.nrrd"), preop->geometry,
                 [&](std::size_t i) { return preop->hounsfield[i]; });
    write_values(path("labels.nrrd"), preop->geometry,
                 [&](std::size_t i) { return labels->labels[i]; });
    write_values(path("intraop.nrrd"), scan->geometry,
                 [&](std::size_t i) { return scan->hounsfield[i]; });
  }
  [[nodiscard]] fs::path path(const std::string& name) const { return folder_.path() / name; }
  [[nodiscard]] Ran registered(const std::string& arguments) const {
    return trocar_with("register ct --preop " + path("preop.nrrd").string() + " --labels " +
                       path("labels.nrrd").string() + " --intraop " +
                       path("intraop.nrrd").string() + " " + arguments);
  }

 private:
  TemporaryFolder folder_;
};

const Patient& patient() {
  static const Patient p;
  return p;
}

std::string bytes_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

bool is_png(const fs::path& file) { return bytes_of(file).starts_with("\x89PNG\r\n"); }

std::vector<std::string> names_in(const fs::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) names.push_back(entry.path().filename());
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace

TEST_CASE("accepted and refused vertebrae both get a picture, and one page shows them all") {
  const fs::path folder = patient().path("new/pictures");
  const Ran ran = patient().registered("--vertebra T11,T9 --pictures " + folder.string());
  INFO(ran.said);
  CHECK(ran.exit_code == exit_check_failed);
  CHECK(ran.said.find("T11  accepted") != std::string::npos);
  CHECK(ran.said.find("T9   REFUSED") != std::string::npos);
  CHECK(ran.said.find("pictures: " + (folder / "index.html").string()) != std::string::npos);
  CHECK(names_in(folder) == std::vector<std::string>{"T11.png", "T9.png", "index.html"});
  CHECK(is_png(folder / "T11.png"));
  CHECK(is_png(folder / "T9.png"));
  const std::string page = bytes_of(folder / "index.html");
  for (const char* words : {"T11.png", "T9.png", "T11 accepted", "T9 REFUSED", "must not be used",
                            "shifted", "margin"}) {
    INFO(words);
    CHECK(page.find(words) != std::string::npos);
  }
}

TEST_CASE("pictures that are there are replaced") {
  const fs::path folder = patient().path("again");
  fs::create_directories(folder);
  std::ofstream(folder / "T11.png") << "old";
  std::ofstream(folder / "index.html") << "old";
  const Ran ran = patient().registered("--json --vertebra T11 --pictures " + folder.string());
  CHECK(ran.exit_code == exit_ok);
  CHECK(ran.said.find("\"pictures\": \"" + folder.string() + "\"") != std::string::npos);
  CHECK(is_png(folder / "T11.png"));
  CHECK(bytes_of(folder / "index.html").find("T11 accepted") != std::string::npos);
}

TEST_CASE("a folder that cannot be written is said in one line, before anything is registered") {
  const std::string no_folder = patient().path("preop.nrrd").string();
  for (const std::string& folder : {no_folder, no_folder + "/below"}) {
    const Ran ran = patient().registered("--vertebra T11 --pictures " + folder);
    CHECK(ran.exit_code == exit_run_time);
    CHECK(ran.said ==
          "trocar: " + folder + ": expected a folder for pictures that can be written\n");
  }
}

TEST_CASE("a picture that cannot be put in its place is said after the report, and none is left") {
  const fs::path folder = patient().path("blocked");
  fs::create_directories(folder / "T11.png" / "something");
  const Ran ran = patient().registered("--vertebra T11 --pictures " + folder.string());
  INFO(ran.said);
  CHECK(ran.exit_code == exit_run_time);
  CHECK(ran.said.find("T11  accepted") != std::string::npos);
  CHECK(ran.said.find((folder / "T11.png").string() + ": cannot be written") != std::string::npos);
  CHECK(names_in(folder) == std::vector<std::string>{"T11.png"});
}

TEST_CASE("in a batch each job names its own folder of pictures") {
  std::ofstream(patient().path("batch.toml"))
      << "[[job]]\npreop = \"preop.nrrd\"\nintraop = \"intraop.nrrd\"\nlabels = \"labels.nrrd\"\n"
         "vertebrae = [\"T11\"]\npictures = \"of_job\"\n"
         "[[job]]\npreop = \"preop.nrrd\"\nintraop = \"intraop.nrrd\"\nlabels = \"labels.nrrd\"\n"
         "vertebrae = [\"T11\"]\npictures = \"labels.nrrd\"\n";
  const std::string batch = "register ct --batch " + patient().path("batch.toml").string();
  const Ran ran = trocar_with(batch);
  INFO(ran.said);
  CHECK(ran.exit_code == exit_run_time);
  CHECK(std::count(ran.said.begin(), ran.said.end(), '\n') == 2);
  CHECK(ran.said.find("expected a folder for pictures") != std::string::npos);
  CHECK(is_png(patient().path("of_job") / "T11.png"));
  CHECK(trocar_with(batch + " --pictures x").exit_code == exit_usage);
}

TEST_CASE("a caption does not give a place that was not found") {
  const auto at = Transform<Preop, Intraop>::declare(Eigen::Isometry3d::Identity());  // CLAIM: any
  RegisterReport report{{"p", "i", "l", {"L1"}, {}}, "identity", {}, {}, 1, 2, {}, {}};
  report.scans =
      std::make_shared<const RegisterScans>(RegisterScans{nullptr, nullptr, nullptr, at});
  CtRegistration v{31, at, {}};
  v.refused = CtRefusal::no_bone;
  v.reason = "found none in the scan";
  const PictureCaption caption = caption_of(v, report);
  CHECK(caption.file == "L1.png");
  CHECK(caption.verdict == "L1 REFUSED (no_bone): found none in the scan");
  CHECK(caption.figures.find("no place found") != std::string::npos);
  CHECK(caption.figures.find("shifted") == std::string::npos);
}
