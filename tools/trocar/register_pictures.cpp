#include "tools/trocar/register_pictures.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <map>

#include "tools/pictures/vertebra_picture.hpp"
#include "tools/qa/page.hpp"
#include "tools/trocar/level_names.hpp"
#include "tools/trocar/write_whole.hpp"

namespace trocar {
namespace {

using qa::page::escaped;

// Pictures are seen pixel by pixel where the screen is wide enough.
constexpr const char* wide = "<style>body{max-width:1840px}img{max-width:100%}</style>\n";

std::string words_of_start(const std::string& start) {
  if (start == "file") return "the pose given";
  if (start == "identity") return "the preoperative place";
  return "a guess, the middle of the scan";
}

bool has_place(const CtRegistration& v) {
  return v.refused != CtRefusal::no_bone && v.refused != CtRefusal::cancelled;
}

std::string how_found(const CtRegistration& v, const RegisterReport& report) {
  if (!has_place(v)) return "no place found: shown where the search began";
  const Point<Preop>& middle = v.covariance.center;
  const double shift_mm =
      distance_mm(v.preop_from_intraop.inverse() * middle, report.scans->start.inverse() * middle);
  const double turn_rad = angle_between_rad(v.preop_from_intraop, report.scans->start);
  return fmt::format("shifted {:.1f} mm, turned {:.1f} degrees from the start ({})", shift_mm,
                     turn_rad * 180 / M_PI, words_of_start(report.start));
}

// Half way from a bone's middle, which is near its canal, to its front.
Point<Preop> middle_of_body(const LabelExtent& bone, const VolumeGeometry& g) {
  double front_mm = bone.centre_mm.y();
  for (int corner = 0; corner < 8; ++corner) {
    Eigen::Vector3d voxel;
    for (int k = 0; k < 3; ++k) {
      const auto axis = static_cast<std::size_t>(k);
      voxel[k] = ((corner >> k) & 1) != 0 ? bone.high[axis] : bone.low[axis];
    }
    front_mm = std::min(front_mm, g.at(voxel).mm.y());
  }
  const Eigen::Vector3d& c = bone.centre_mm;
  return {{c.x(), 0.5 * (c.y() + front_mm), c.z()}};
}

std::string colour_text(const Rgb& c) {
  return fmt::format("#{:02x}{:02x}{:02x}", c[0], c[1], c[2]);
}

std::string legend() {
  const auto key = [](const Rgb& colour) {
    return fmt::format("<span class=key style='background:{}'></span>", colour_text(colour));
  };
  return fmt::format(
      "<p>Three cuts through each vertebra, where it was found, along the axes of the scan on the "
      "table; the coronal one through its body. Above: that scan (grey) and the preoperative one "
      "laid upon it (tinted), in squares "
      "of {0:.0f} mm; bone must run on from square to square. Below: the scan on the table with "
      "the vertebra's contour of the preoperative label map{1}as registered and{2}as it lay at "
      "the start. One millimetre is {3:.0f} pixels. Dark blue: outside a scan.</p>\n"
      "<p class=bad>A registration that was refused must not be used, however its picture "
      "looks.</p>\n",
      picture_square_mm, key(registered_colour), key(start_colour), picture_px_per_mm);
}

std::string section(const PictureCaption& c, bool refused) {
  return fmt::format("<h2{}>{}</h2>\n<p>{}</p>\n<a href=\"{}\"><img src=\"{}\" alt=\"{}\"></a>\n",
                     refused ? " class=bad" : "", escaped(c.verdict), escaped(c.figures), c.file,
                     c.file, escaped(c.verdict));
}

std::string page_of(const RegisterReport& report) {
  std::string html = qa::page::head("Registration of vertebrae") + wide + "<table>" +
                     qa::page::row("Preoperative CT", escaped(report.job.preop.string())) +
                     qa::page::row("Labels", escaped(report.job.labels.string())) +
                     qa::page::row("CT on the table", escaped(report.job.intraop.string())) +
                     "</table>\n" + legend();
  for (const CtRegistration& v : report.vertebrae) {
    html += section(caption_of(v, report), v.refused.has_value());
  }
  return html + "</html>\n";
}

struct Drawing {
  RegisteredScans scans;
  std::map<int, LabelExtent> bones;
};

VertebraCase case_of(const CtRegistration& v, const Drawing& drawing, const RegisterReport& report,
                     const PictureCaption& caption) {
  const LabelExtent& bone = drawing.bones.at(v.label);
  const Point<Preop> body = middle_of_body(bone, report.scans->labels->geometry);
  VertebraCase shown{v.label,    {bone.centre_mm}, body,           report.scans->start, {},
                     !v.refused, caption.verdict,  caption.figures};
  if (has_place(v)) shown.registered = v.preop_from_intraop;
  return shown;
}

Status write_one(const CtRegistration& v, const Drawing& drawing, const RegisterReport& report,
                 const std::filesystem::path& folder) {
  const PictureCaption caption = caption_of(v, report);
  const auto png = png_of(draw_vertebra(drawing.scans, case_of(v, drawing, report, caption)));
  if (!png) return png.error();
  return write_whole({{folder / caption.file, png.value()}});
}

}  // namespace

PictureCaption caption_of(const CtRegistration& v, const RegisterReport& report) {
  const std::string name = name_of_label(v.label);
  const auto margin = v.margin();
  const std::string verdict =
      v.refused ? fmt::format("{} REFUSED ({}): {}", name, to_string(*v.refused), v.reason)
                : name + " accepted";
  const std::string margin_text =
      margin ? fmt::format("{:.3f} ({:.1f} standard errors)", margin->score, margin->sigmas)
             : "none";
  return {name + ".png", verdict,
          fmt::format("{}; score {:.3f}, margin {}, {:.0f} % of the bone in the scan",
                      how_found(v, report), v.score, margin_text, 100 * v.overlap)};
}

Status prepare_pictures(const std::filesystem::path& folder) {
  std::error_code why;
  std::filesystem::create_directories(folder, why);
  const bool is_folder = std::filesystem::is_directory(folder, why);
  std::filesystem::remove(folder / "index.html", why);  // of another run: the new one comes last
  if (is_folder && ::access(folder.c_str(), W_OK | X_OK) == 0) return Done{};
  return Error{Code::io, folder.string() + ": expected a folder for pictures that can be written"};
}

Status write_register_pictures(const RegisterReport& report, const std::filesystem::path& folder,
                               const CtProgress& progress) {
  const RegisterScans& scans = *report.scans;
  const Drawing drawing{{scans.preop, scans.labels, scans.intraop}, label_extents(*scans.labels)};
  const std::size_t n = report.vertebrae.size();
  for (std::size_t i = 0; i < n; ++i) {
    if (Status s = write_one(report.vertebrae[i], drawing, report, folder); !s) return s;
    if (progress) progress(i + 1, n);
  }
  return write_whole({{folder / "index.html", page_of(report)}});
}

}  // namespace trocar
