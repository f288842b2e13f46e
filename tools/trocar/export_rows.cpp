#include "tools/trocar/export_rows.hpp"

#include <algorithm>
#include <initializer_list>

namespace trocar {
namespace {

using Type = Column::Type;

std::string text(std::string_view s) { return std::string(s); }

bool is_of(const Guidance& g, const SessionSetup& setup) {
  return std::ranges::all_of(g.tools, [&](const ToolGuidance& t) {
    return t.tool.index < setup.tools.size() &&
           std::ranges::all_of(t.structures, [&](const StructureGuidance& s) {
             return s.structure.index < setup.plan.structures.size();
           });
  });
}

// The cells that every structure's row of a tool begins with.
std::vector<Cell> cells_of(const Guidance& g, const ToolGuidance& t, const SessionSetup& setup) {
  std::vector<Cell> row{static_cast<std::int64_t>(g.sequence), utc_ns_of(g.now, setup),
                        seconds(g.now.time_since_epoch()), text(to_string(g.state)),
                        setup.tools.at(t.tool.index).name};
  const auto* pose = std::get_if<ToolPose>(&t.pose);
  if (pose == nullptr) {
    row.emplace_back(text(to_string(std::get<Withheld>(t.pose))));
    row.resize(row.size() + 6);
    return row;
  }
  const Eigen::Vector3d tip = pose->preop_from_tip.matrix().translation();
  for (const Cell& cell : std::initializer_list<Cell>{
           "shown", seconds(t.acquired.time_since_epoch()), milliseconds_of(t.age), tip.x(),
           tip.y(), tip.z(), pose->tip_bound_95_mm}) {
    row.push_back(cell);
  }
  return row;
}

void add_structure(const StructureGuidance& s, const SessionSetup& setup, std::vector<Cell>& row) {
  row.emplace_back(setup.plan.structures.at(s.structure.index).id);
  const auto* d = std::get_if<StructureDistance>(&s.distance);
  if (d == nullptr) {
    row.emplace_back(text(to_string(std::get<Withheld>(s.distance))));
    row.resize(guidance_columns().size());
    return;
  }
  for (const Cell& cell : std::initializer_list<Cell>{
           "shown", d->tip_to_structure_mm, d->tip_bound_95_mm, d->shaft_clearance_mm,
           d->shaft_bound_95_mm, text(to_string(d->zone)),
           static_cast<std::int64_t>(d->uncertain ? 1 : 0)}) {
    row.push_back(cell);
  }
}

}  // namespace

const std::vector<Column>& guidance_columns() {
  static const std::vector<Column> columns{{"sequence", Type::integer},
                                           {"utc_ns", Type::integer},
                                           {"session_s", Type::real},
                                           {"state", Type::text},
                                           {"tool", Type::text},
                                           {"pose", Type::text},
                                           {"acquired_s", Type::real},
                                           {"age_ms", Type::real},
                                           {"tip_l_mm", Type::real},
                                           {"tip_p_mm", Type::real},
                                           {"tip_s_mm", Type::real},
                                           {"tip_bound_95_mm", Type::real},
                                           {"structure", Type::text},
                                           {"distance", Type::text},
                                           {"tip_to_structure_mm", Type::real},
                                           {"tip_distance_bound_95_mm", Type::real},
                                           {"shaft_clearance_mm", Type::real},
                                           {"shaft_bound_95_mm", Type::real},
                                           {"zone", Type::text},
                                           {"uncertain", Type::integer}};
  return columns;
}

const std::vector<Column>& event_columns() {
  static const std::vector<Column> columns{{"utc_ns", Type::integer},
                                           {"session_s", Type::real},
                                           {"kind", Type::text},
                                           {"text", Type::text}};
  return columns;
}

std::int64_t utc_ns_of(Timestamp t, const SessionSetup& setup) {
  return setup.utc_at_zero_ns + t.time_since_epoch().count();
}

Result<std::vector<std::vector<Cell>>> rows_of(const Guidance& guidance,
                                               const SessionSetup& setup) {
  if (!is_of(guidance, setup)) return Error{Code::malformed, "a guidance of another set-up"};
  std::vector<std::vector<Cell>> rows;
  for (const ToolGuidance& t : guidance.tools) {
    const std::vector<Cell> shared = cells_of(guidance, t, setup);
    for (const StructureGuidance& s : t.structures) {
      rows.push_back(shared);
      add_structure(s, setup, rows.back());
    }
  }
  return rows;
}

}  // namespace trocar
