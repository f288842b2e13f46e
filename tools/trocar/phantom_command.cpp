#include "tools/trocar/phantom_command.hpp"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "tools/phantom/phantom.hpp"
#include "tools/trocar/decimal.hpp"
#include "tools/trocar/exit_code.hpp"
#include "tools/trocar/stop_flag.hpp"

namespace trocar {
namespace {

constexpr const char* about =
    "Write a synthetic patient: lumbar spine L1-L5 with a lesion, as CT (DICOM series and NRRD),\n"
    "label map, meshes, fiducials, plan and tracker tool files. The same seed gives the same "
    "bytes.\n\n"
    "Example:  trocar phantom /tmp/patient --seed 7 --pictures\n"
    "          look at /tmp/patient/spine.png, open /tmp/patient/ct in a DICOM viewer,\n"
    "          name /tmp/patient/plan.toml in the configuration of `trocar run`";

struct Asked {
  phantom::PhantomOptions options;
  std::string folder;
  bool no_dicom = false;
  bool json = false;
  bool intraop = false;
  phantom::IntraopOptions on_table;
};

int run(Asked& asked) {
  asked.options.folder = asked.folder;
  asked.options.dicom = !asked.no_dicom;
  if (asked.intraop) asked.options.intraop = asked.on_table;
  end_on_signals("trocar phantom: stopped; the folder is not whole and has no plan\n");
  const auto progress = [](const std::string& step) {
    std::fprintf(stderr, "phantom: %s\n", step.c_str());
  };
  const auto written = phantom::write_phantom(asked.options, progress);
  if (!written) {
    std::fprintf(stderr, "trocar phantom: %s\n", written.error().detail.c_str());
    return written.error().code == Code::out_of_range ? exit_usage : exit_run_time;
  }
  if (asked.json) {
    std::fputs(written.value().json.c_str(), stdout);
  } else {
    std::printf("%s written to %s\nplan: %s\n", written.value().patient_id.c_str(),
                asked.folder.c_str(), written.value().plan.c_str());
  }
  return exit_ok;
}

}  // namespace

void add_phantom(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand("phantom", about);
  const auto asked = std::make_shared<Asked>();
  command->add_option("dir", asked->folder, "folder to write; made when absent")->required();
  command->add_option("--seed", asked->options.seed, "which patient")->capture_default_str();
  command->add_option("--spacing", asked->options.in_plane_mm, "pixel spacing, mm, 0.3 to 5")
      ->capture_default_str();
  command->add_option("--slice", asked->options.slice_mm, "slice spacing, mm, 0.3 to 5")
      ->capture_default_str();
  command->add_option("--lesion", asked->options.lesion_level, "vertebra with the lesion, L1 to L5")
      ->capture_default_str();
  command->add_flag("--no-dicom", asked->no_dicom, "NRRD only; the plan then names that");
  command->add_flag("--pictures", asked->options.pictures, "PNG renderings and slices to look at");
  CLI::Option* intraop = command->add_flag("--intraop", asked->intraop,
                                           "also DIR/intraop: the same patient on the table, spine "
                                           "bent, spheres of a reference plate in "
                                           "the field; the truth beside it");
  command
      ->add_option("--flexion", asked->on_table.flexion_deg_per_disc,
                   "degrees the spine bends forward in each disc, with --intraop")
      ->capture_default_str()
      ->check(decimal_within(-6, 6))
      ->needs(intraop);
  command
      ->add_option("--side-bend", asked->on_table.side_bend_deg_per_disc,
                   "degrees it bends sideways in each disc, with --intraop")
      ->capture_default_str()
      ->check(decimal_within(-6, 6))
      ->needs(intraop);
  command->add_flag("--json", asked->json, "print the summary (phantom.json) on stdout");
  command->callback([asked, &exit_code] { exit_code = run(*asked); });
}

}  // namespace trocar
