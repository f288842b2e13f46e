#include "engine/model/plan_parts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <set>

#include "engine/model/label_voxels.hpp"
#include "engine/model/markups.hpp"

namespace trocar::plan_parts {

namespace {

constexpr double min_trajectory_mm = 1.0;
constexpr double same_voxel = 1e-2;  // label map against CT, in voxels at any corner

// How far the corners of two volumes of one size lie apart, in voxels.
double corner_gap(const VolumeGeometry& a, const VolumeGeometry& b) {
  double most = 0;
  for (int corner = 0; corner < 8; ++corner) {
    Eigen::Vector3d index;
    for (int k = 0; k < 3; ++k) {
      index[k] = (corner >> k & 1) != 0 ? a.size[static_cast<std::size_t>(k)] - 1 : 0;
    }
    most = std::max(most, (b.index_of(a.at(index)) - index).cwiseAbs().maxCoeff());
  }
  return most;
}

void check_in_ct(const ConfigReader& in, std::string_view key, const VolumeGeometry& ct,
                 const Point<Preop>& p) {
  if (!ct.holds(p)) in.fail(key, "a point inside the CT (LPS, mm)", at_text(p));
}

PlannedTrajectory read_trajectory(const ConfigReader& in, const Context& context) {
  PlannedTrajectory t{};
  t.id = in.text("id");
  t.vertebra = find_vertebra(in, context);
  if (in.has("line")) {
    const auto line = read_markups(in.existing_path("line"));
    if (!line) in.fail("line", "a line of two points", line.error().detail);
    if (line.value().type != "Line" || line.value().points.size() != 2) {
      in.fail("line", "a markups line of two points: entry, target",
              fmt::format("'{}' of {}", line.value().type, line.value().points.size()));
    }
    t.entry = line.value().points[0].position;
    t.target = line.value().points[1].position;
  } else {
    t.entry = {in.vector3("entry_lps_mm")};
    t.target = {in.vector3("target_lps_mm")};
  }
  const std::string_view key = in.has("line") ? "line" : "target_lps_mm";
  check_in_ct(in, key, context.ct, t.target);
  if (!context.ct.holds(t.entry, near_ct_mm)) {
    in.fail(in.has("line") ? "line" : "entry_lps_mm", "an entry in or near the CT (LPS, mm)",
            at_text(t.entry));
  }
  if (distance_mm(t.entry, t.target) < min_trajectory_mm) {
    in.fail(key, fmt::format("a target {} mm or more from the entry", min_trajectory_mm),
            at_text(t.target));
  }
  return t;
}

// Where the voxels of one label are, as far as their order along the spine goes.
struct LabelPlace {
  std::size_t voxels = 0;
  double z_mm = 0;  // of the centre
};

std::vector<LabelPlace> find_places(const LabelVolume& labels) {
  std::vector<LabelPlace> places(std::numeric_limits<std::uint16_t>::max() + 1U);
  for_each_labelled(labels, [&](std::uint16_t label, const Point<Preop>& voxel) {
    ++places[label].voxels;
    places[label].z_mm += voxel.mm.z();
  });
  for (LabelPlace& p : places) p.z_mm /= static_cast<double>(std::max<std::size_t>(p.voxels, 1));
  return places;
}

// Levels are counted along the list, and the bound grows with them.
void check_below(const ConfigReader& in, const Vertebra& above, const Vertebra& below,
                 double above_z_mm, double below_z_mm) {
  if (below_z_mm <= above_z_mm) return;
  in.fail(
      "name", "the vertebrae from cranial to caudal",
      fmt::format("\"{}\" {:.0f} mm above \"{}\" in the label map: their order or their labels?",
                  below.name, below_z_mm - above_z_mm, above.name));
}

}  // namespace

std::string at_text(const Point<Preop>& p) {
  return fmt::format("({:.1f}, {:.1f}, {:.1f})", p.mm.x(), p.mm.y(), p.mm.z());
}

std::string labels_text(const LabelVolume& labels) {
  const std::set<int> present(labels.labels.begin(), labels.labels.end());
  std::string text;
  constexpr std::size_t most = 40;
  std::size_t shown = 0;
  for (const int label : present) {
    if (label == 0) continue;
    if (++shown > most) return text + ", ...";
    text += (shown == 1 ? "" : ", ") + std::to_string(label);
  }
  return text;
}

CtFacts read_ct_table(const ConfigReader& in) {
  const auto path = in.existing_path("path");
  const std::string stated = in.text_or("frame_of_reference_uid", "");
  const auto ct = read_ct(path);
  if (!ct) in.fail("path", "a usable CT", ct.error().detail);
  CtFacts facts{path, ct.value().volume->geometry, ct.value().volume->frame_of_reference_uid,
                ct.value().warnings};
  if (facts.frame_of_reference_uid.empty()) {
    // NRRD and its like carry none: the plan's word holds, and everybody is told (H7).
    facts.frame_of_reference_uid = stated;
    facts.warnings.push_back(
        {InputIssue::identity_by_plan_only,
         fmt::format("expected a CT with a FrameOfReferenceUID, found none in {}; that it is this "
                     "patient's is the word of the plan, {}",
                     path.filename().string(),
                     stated.empty() ? "which states none either" : "which states " + stated)});
  } else if (!stated.empty() && stated != facts.frame_of_reference_uid) {
    in.fail("frame_of_reference_uid",
            fmt::format("the CT's, {} ({})", facts.frame_of_reference_uid,
                        to_string(InputIssue::frame_of_reference_differs)),
            stated);
  }
  return facts;
}

std::shared_ptr<const LabelVolume> read_labels_table(const ConfigReader& in,
                                                     const VolumeGeometry& ct) {
  if (!in.has("labels")) return nullptr;
  const ConfigReader table = in.table("labels");
  const auto labels = read_labels(table.existing_path("path"));
  if (!labels) table.fail("path", "a label map", labels.error().detail);
  const VolumeGeometry& g = labels.value()->geometry;
  if (g.size != ct.size) {
    table.fail("path",
               fmt::format("the CT's {} x {} x {} voxels", ct.size[0], ct.size[1], ct.size[2]),
               fmt::format("{} x {} x {}", g.size[0], g.size[1], g.size[2]));
  }
  const double gap = std::max(corner_gap(g, ct), corner_gap(ct, g));
  if (!(gap <= same_voxel)) {
    table.fail("path", "voxels that lie on the CT's (spacing, origin, direction)",
               fmt::format("corners up to {:.2f} voxels away", gap));
  }
  return labels.value();
}

VertebraId find_vertebra(const ConfigReader& in, const Context& context) {
  const std::string name = in.text("vertebra");
  std::string known;
  for (std::size_t i = 0; i < context.vertebrae.size(); ++i) {
    if (context.vertebrae[i].name == name) return {static_cast<std::uint16_t>(i)};
    known += (i == 0 ? "" : ", ") + context.vertebrae[i].name;
  }
  in.fail("vertebra", "one of " + known, '"' + name + '"');
}

std::vector<Vertebra> read_vertebrae(const ConfigReader& in, const LabelVolume* labels) {
  const auto tables = in.tables("vertebra");
  if (tables.size() > max_vertebrae) {
    in.fail("vertebra", fmt::format("at most {} vertebrae", max_vertebrae),
            fmt::format("{}", tables.size()));
  }
  std::vector<LabelPlace> places;
  if (labels != nullptr) places = find_places(*labels);
  std::vector<Vertebra> out;
  for (const ConfigReader& table : tables) {
    const Vertebra v{table.text("name"), static_cast<int>(table.integer("label", 1, 65535))};
    for (const Vertebra& other : out) {
      if (other.name == v.name) table.fail("name", "a name of its own", '"' + v.name + '"');
      if (other.label == v.label) {
        table.fail("label", "a label of its own", fmt::format("{}, as {}", v.label, other.name));
      }
    }
    const auto place_of = [&](const Vertebra& of) {
      return places[static_cast<std::size_t>(of.label)];
    };
    if (labels != nullptr && place_of(v).voxels == 0) {
      table.fail("label", "one of " + labels_text(*labels) + " as in the label map",
                 fmt::format("{}, in no voxel", v.label));
    }
    if (labels != nullptr && !out.empty()) {
      check_below(table, out.back(), v, place_of(out.back()).z_mm, place_of(v).z_mm);
    }
    out.push_back(v);
  }
  return out;
}

std::vector<PlannedTrajectory> read_trajectories(const ConfigReader& in, const Context& context) {
  if (!in.has("trajectory")) return {};
  const auto tables = in.tables("trajectory");
  if (tables.size() > 1) {
    in.fail("trajectory", "at most one trajectory", fmt::format("{}", tables.size()));
  }
  return {read_trajectory(tables.front(), context)};
}

}  // namespace trocar::plan_parts
