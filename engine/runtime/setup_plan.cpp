#include <array>
#include <memory>
#include <optional>

#include "engine/runtime/setup.pb.h"
#include "engine/runtime/setup_parts.hpp"
#include "engine/session/proto_values.hpp"

namespace trocar {

using namespace proto;

namespace {

// The words a plan may use; the last of each is the greatest.
template <class Enum>
std::optional<Enum> enum_of(const std::string& word, Enum last) {
  for (int i = 0; i <= static_cast<int>(last); ++i) {
    if (to_string(static_cast<Enum>(i)) == word) return static_cast<Enum>(i);
  }
  return std::nullopt;
}

void put(const Structure& s, v1::Structure& out) {
  out.set_id(s.id);
  out.set_kind(std::string(to_string(s.kind)));
  out.set_vertebra(s.vertebra.index);
  out.set_stop_mm(s.zones.stop_mm);
  out.set_warn_mm(s.zones.warn_mm);
  out.set_hysteresis_mm(s.zones.hysteresis_mm);
  out.set_surface_sigma_mm(s.surface_sigma_mm);
  for (const Eigen::Vector3d& v : s.surface->vertices_mm) {
    for (int i = 0; i < 3; ++i) out.add_vertices_mm(v(i));
  }
  for (const auto& t : s.surface->triangles) {
    for (const std::uint32_t corner : t) out.add_triangles(corner);
  }
}

std::optional<Structure> structure_of(const v1::Structure& in) {
  const auto kind = enum_of(in.kind(), StructureKind::pedicle_wall);
  const bool by_three = in.vertices_mm_size() % 3 == 0 && in.triangles_size() % 3 == 0;
  if (!kind || !by_three) return std::nullopt;
  auto mesh = std::make_shared<TriangleMesh>();
  for (int i = 0; i < in.vertices_mm_size(); i += 3) {
    mesh->vertices_mm.emplace_back(in.vertices_mm(i), in.vertices_mm(i + 1), in.vertices_mm(i + 2));
  }
  for (int i = 0; i < in.triangles_size(); i += 3) {
    const std::array corners{in.triangles(i), in.triangles(i + 1), in.triangles(i + 2)};
    for (const std::uint32_t c : corners) {
      if (c >= mesh->vertices_mm.size()) return std::nullopt;
    }
    mesh->triangles.push_back(corners);
  }
  return Structure{in.id(),
                   *kind,
                   VertebraId{static_cast<std::uint16_t>(in.vertebra())},
                   {in.stop_mm(), in.warn_mm(), in.hysteresis_mm()},
                   mesh,
                   in.surface_sigma_mm()};
}

}  // namespace

void put(const Plan& plan, v1::Plan& out) {
  out.set_id(plan.id);
  out.set_frame_of_reference_uid(plan.frame_of_reference_uid);
  for (const Vertebra& v : plan.vertebrae) {
    v1::Vertebra& mine = *out.add_vertebrae();
    mine.set_name(v.name);
    mine.set_label(v.label);
  }
  for (const Structure& s : plan.structures) put(s, *out.add_structures());
  for (const Fiducial& f : plan.fiducials) {
    v1::Fiducial& mine = *out.add_fiducials();
    mine.set_label(f.label);
    put_vector(f.position.mm, *mine.mutable_position());
  }
  for (const PlannedTrajectory& t : plan.trajectories) {
    v1::Trajectory& mine = *out.add_trajectories();
    mine.set_id(t.id);
    mine.set_vertebra(t.vertebra.index);
    put_vector(t.entry.mm, *mine.mutable_entry());
    put_vector(t.target.mm, *mine.mutable_target());
  }
  for (const InputWarning& w : plan.warnings) {
    v1::Warning& mine = *out.add_warnings();
    mine.set_issue(std::string(to_string(w.issue)));
    mine.set_detail(w.detail);
  }
}

bool take(const v1::Plan& in, Plan& out) {
  out.id = in.id();
  out.frame_of_reference_uid = in.frame_of_reference_uid();
  for (const v1::Vertebra& v : in.vertebrae()) out.vertebrae.push_back({v.name(), v.label()});
  for (const v1::Structure& s : in.structures()) {
    auto structure = structure_of(s);
    if (!structure || s.vertebra() >= out.vertebrae.size()) return false;
    out.structures.push_back(std::move(*structure));
  }
  for (const v1::Fiducial& f : in.fiducials()) {
    out.fiducials.push_back({f.label(), {vector_of(f.position())}});
  }
  for (const v1::Trajectory& t : in.trajectories()) {
    if (t.vertebra() >= out.vertebrae.size()) return false;
    out.trajectories.push_back({t.id(),
                                VertebraId{static_cast<std::uint16_t>(t.vertebra())},
                                {vector_of(t.entry())},
                                {vector_of(t.target())}});
  }
  for (const v1::Warning& w : in.warnings()) {
    const auto issue = enum_of(w.issue(), last_input_issue);
    if (!issue) return false;
    out.warnings.push_back({*issue, w.detail()});
  }
  return true;
}

}  // namespace trocar
