#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "engine/model/contour_surface.hpp"
#include "engine/model/dicom_object.hpp"
#include "engine/model/label_surface.hpp"
#include "engine/model/label_voxels.hpp"
#include "engine/model/mesh_check.hpp"
#include "engine/model/mesh_file.hpp"
#include "engine/model/plan_parts.hpp"

namespace trocar::plan_parts {

namespace {

constexpr std::size_t max_id_length = 12;  // an OpenIGTLink device name holds tool and structure
constexpr double max_zone_mm = 100.0;
constexpr double max_sigma_mm = 10.0;
constexpr double far_from_vertebra_mm = 50.0;

StructureKind read_kind(const ConfigReader& in) {
  const std::string word =
      in.one_of("kind", {"tumour", "dura", "cord", "nerve_root", "vessel", "pedicle_wall"});
  if (word == "tumour") return StructureKind::tumour;
  if (word == "dura") return StructureKind::dura;
  if (word == "cord") return StructureKind::cord;
  if (word == "nerve_root") return StructureKind::nerve_root;
  if (word == "vessel") return StructureKind::vessel;
  return StructureKind::pedicle_wall;
}

// Of plain ids: two letters that differ in this bit differ in case only.
bool same_letter(char a, char b) {
  constexpr int case_bit = 0x20;
  return a == b || ((a | case_bit) == (b | case_bit) && (a | case_bit) >= 'a');
}

std::string read_id(const ConfigReader& in, const std::vector<Structure>& others) {
  std::string id = in.text("id");
  const bool plain = std::all_of(id.begin(), id.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
  });
  if (!plain || id.size() > max_id_length) {
    in.fail("id", fmt::format("at most {} of A-Z a-z 0-9 _ -", max_id_length), '"' + id + '"');
  }
  // "Dura" beside "dura" would be told apart by programs, not by people.
  for (const Structure& s : others) {
    if (!std::equal(s.id.begin(), s.id.end(), id.begin(), id.end(), same_letter)) continue;
    in.fail("id", "an id of its own, whatever its case", fmt::format("\"{}\", as {}", id, s.id));
  }
  return id;
}

Zones read_zones(const ConfigReader& in) {
  Zones z{};
  z.stop_mm = in.number("stop_mm", 0, max_zone_mm);
  z.warn_mm = in.number("warn_mm", 0, max_zone_mm);
  z.hysteresis_mm = in.number("hysteresis_mm", 0, max_zone_mm);
  if (z.warn_mm <= z.stop_mm) {
    in.fail("warn_mm", fmt::format("more than stop_mm = {}", z.stop_mm),
            fmt::format("{}", z.warn_mm));
  }
  return z;
}

std::optional<Space> read_space(const ConfigReader& in) {
  if (!in.has("space")) return std::nullopt;
  return in.one_of("space", {"LPS", "RAS"}) == "LPS" ? Space::lps : Space::ras;
}

void check_place(const ConfigReader& in, std::string_view key, const TriangleMesh& mesh,
                 const VolumeGeometry& ct) {
  Eigen::Vector3d low = mesh.vertices_mm.front();
  Eigen::Vector3d high = low;
  for (const Eigen::Vector3d& p : mesh.vertices_mm) {
    low = low.cwiseMin(p);
    high = high.cwiseMax(p);
  }
  const Eigen::Vector3d middle = 0.5 * (low + high);
  if (ct.holds({middle})) return;
  in.fail(key, "a surface inside the CT (LPS, mm)",
          fmt::format("one around ({:.1f}, {:.1f}, {:.1f}): another patient, unit or space?",
                      middle.x(), middle.y(), middle.z()));
}

TriangleMesh read_surface_file(const ConfigReader& in, const Context& context) {
  auto mesh = read_mesh(in.existing_path("mesh"), read_space(in));
  if (!mesh) in.fail("mesh", "a surface", mesh.error().detail);
  const Status closed = check_mesh(mesh.value());
  if (!closed) {
    in.fail("mesh", "a closed, outward surface",
            in.existing_path("mesh").string() + ": " + closed.error().detail);
  }
  check_place(in, "mesh", mesh.value(), context.ct);
  return std::move(mesh).value();
}

LabelSurface read_surface_label(const ConfigReader& in, const Context& context) {
  const auto value = static_cast<std::uint16_t>(in.integer("label", 1, 65535));
  if (in.has("space")) in.fail("space", "'space' only beside 'mesh'", "it beside 'label'");
  if (context.labels == nullptr) in.fail("label", "a table [labels] in the plan", "none");
  auto surface = make_label_surface(*context.labels, value);
  if (!surface && surface.error().code == Code::not_found) {
    in.fail("label", "one of " + labels_text(*context.labels) + " as in the label map",
            fmt::format("{}, in no voxel", value));
  }
  if (!surface) in.fail("label", "a label that bounds a volume", surface.error().detail);
  return std::move(surface).value();
}

// An object says in whose axes it was drawn: only in the CT's may it be used (H7).
void check_frame(const ConfigReader& in, const std::string& of_object, const Context& context) {
  if (context.frame_of_reference_uid.empty()) {
    in.fail("object",
            "a CT or plan that says its frame_of_reference_uid, to tell whose object it is",
            "neither");
  }
  if (of_object == context.frame_of_reference_uid) return;
  in.fail("object",
          fmt::format("an object in the frame of reference of the CT, {} ({})",
                      context.frame_of_reference_uid,
                      to_string(InputIssue::frame_of_reference_differs)),
          of_object);
}

ContourSurface read_surface_object(const ConfigReader& in, const Context& context) {
  if (in.has("space")) in.fail("space", "'space' only beside 'mesh'", "it beside 'object'");
  if (in.has("item_number") == in.has("item_name")) {
    in.fail("item_number", "either 'item_number' or 'item_name' of the ROI or segment",
            in.has("item_number") ? "both" : "neither");
  }
  ObjectItem item;
  if (in.has("item_number")) {
    item.number = static_cast<int>(in.integer("item_number", 0, 1'000'000));
  } else {
    item.name = in.text("item_name");
  }
  const auto object = read_dicom_object(in.existing_path("object"), item);
  if (!object) in.fail("object", "a structure of an RTSTRUCT or SEG", object.error().detail);
  check_frame(in, object.value().frame_of_reference_uid, context);
  auto surface = make_contour_surface(object.value().stack);
  if (!surface) in.fail("object", "outlines that bound a volume", surface.error().detail);
  check_place(in, "object", surface.value().mesh, context.ct);
  return std::move(surface).value();
}

// Not refused: a segment may have islands above each other, and leave out empty slices.
void warn_of_parts(const std::string& id, const ContourSurface& surface,
                   std::vector<InputWarning>& warnings) {
  if (surface.parts <= surface.most_islands) return;
  warnings.push_back(
      {InputIssue::structure_in_parts,
       fmt::format("expected structure '{}' in at most as many parts as a slice of it has islands, "
                   "{}, found it in {}: are slices missing, or does it move sideways by more than "
                   "its width from slice to slice? Between parts there is no structure",
                   id, surface.most_islands, surface.parts)});
}

Structure read_structure(const ConfigReader& in, const Context& context,
                         const std::vector<Structure>& others,
                         std::vector<InputWarning>& warnings) {
  Structure s{};
  s.id = read_id(in, others);
  s.kind = read_kind(in);
  s.vertebra = find_vertebra(in, context);
  s.zones = read_zones(in.table("zones"));
  s.surface_sigma_mm = in.number("surface_sigma_mm", 0, max_sigma_mm);
  const int sources =
      (in.has("mesh") ? 1 : 0) + (in.has("label") ? 1 : 0) + (in.has("object") ? 1 : 0);
  if (sources != 1) {
    in.fail("mesh", "one of 'mesh', 'label' and 'object'",
            sources == 0   ? "neither"
            : sources == 2 ? "two of them"
                           : "all three");
  }
  if (in.has("mesh")) {
    s.surface = std::make_shared<const TriangleMesh>(read_surface_file(in, context));
  } else if (in.has("object")) {
    ContourSurface surface = read_surface_object(in, context);
    warn_of_parts(s.id, surface, warnings);
    s.surface_sigma_mm = std::hypot(s.surface_sigma_mm, surface.raster_sigma_mm);
    s.surface = std::make_shared<const TriangleMesh>(std::move(surface.mesh));
  } else {
    LabelSurface surface = read_surface_label(in, context);
    s.surface_sigma_mm = std::hypot(s.surface_sigma_mm, surface.raster_sigma_mm);
    s.surface = std::make_shared<const TriangleMesh>(std::move(surface.mesh));
  }
  return s;
}

Eigen::AlignedBox3d box_of(const TriangleMesh& mesh) {
  Eigen::AlignedBox3d box;
  for (const Eigen::Vector3d& p : mesh.vertices_mm) box.extend(p);
  return box;
}

}  // namespace

std::vector<InputWarning> check_structures_near(const Context& context,
                                                const std::vector<Structure>& structures) {
  if (context.labels == nullptr) return {};
  std::vector<Eigen::AlignedBox3d> boxes;
  boxes.reserve(structures.size());
  for (const Structure& s : structures) boxes.push_back(box_of(*s.surface));
  std::vector<double> away_mm(structures.size(), std::numeric_limits<double>::infinity());
  for_each_labelled(*context.labels, [&](std::uint16_t label, const Point<Preop>& voxel) {
    for (std::size_t i = 0; i < structures.size(); ++i) {
      if (context.vertebrae[structures[i].vertebra.index].label != label) continue;
      away_mm[i] = std::min(away_mm[i], boxes[i].exteriorDistance(voxel.mm));
    }
  });
  std::vector<InputWarning> warnings;
  for (std::size_t i = 0; i < structures.size(); ++i) {
    if (away_mm[i] <= far_from_vertebra_mm) continue;
    warnings.push_back(
        {InputIssue::structure_far,
         fmt::format("expected structure '{}' within {} mm of {}, with which it moves, found it "
                     "{:.0f} mm away: another space, vertebra or patient?",
                     structures[i].id, far_from_vertebra_mm,
                     context.vertebrae[structures[i].vertebra.index].name, away_mm[i])});
  }
  return warnings;
}

std::vector<Structure> read_structures(const ConfigReader& in, const Context& context,
                                       std::vector<InputWarning>& warnings) {
  const auto tables = in.tables("structure");
  if (tables.size() > max_structures) {
    in.fail("structure", fmt::format("at most {} structures", max_structures),
            fmt::format("{}", tables.size()));
  }
  std::vector<Structure> out;
  out.reserve(tables.size());
  for (const ConfigReader& table : tables)
    out.push_back(read_structure(table, context, out, warnings));
  return out;
}

}  // namespace trocar::plan_parts
