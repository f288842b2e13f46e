#include "engine/runtime/session_setup.hpp"

#include "engine/runtime/setup.pb.h"
#include "engine/runtime/setup_parts.hpp"
#include "engine/session/proto_values.hpp"

namespace trocar {
namespace {

using namespace proto;

void put(const ToolModel& t, v1::Tool& out) {
  out.set_name(t.name);
  out.set_is_reference(t.role == ToolRole::reference);
  out.set_version(t.definition.version);
  for (const Point<Marker>& m : t.markers) put_vector(m.mm, *out.add_markers());
  put_vector(t.marker_fle_sigma_mm, *out.mutable_marker_fle_sigma_mm());
  proto::put(t.tool_from_tip, *out.mutable_tool_from_tip());
  out.set_shaft_length_mm(t.shaft_length_mm);
  out.set_shaft_radius_mm(t.shaft_radius_mm);
  out.set_tip_sigma_mm(t.tip_sigma_mm);
}

bool take(const v1::Tool& in, ToolModel& out) {
  const auto tip = transform_of<Tool, Tip>(in.tool_from_tip());
  if (!tip) return false;
  out.name = in.name();
  out.role = in.is_reference() ? ToolRole::reference : ToolRole::tool;
  out.definition.version = in.version();
  for (const v1::Point& m : in.markers()) out.markers.push_back({vector_of(m)});
  out.marker_fle_sigma_mm = vector_of(in.marker_fle_sigma_mm());
  out.tool_from_tip = *tip;
  out.shaft_length_mm = in.shaft_length_mm();
  out.shaft_radius_mm = in.shaft_radius_mm();
  out.tip_sigma_mm = in.tip_sigma_mm();
  return true;
}

void put(const PointRegistrationConfig& c, v1::PointRegistration& out) {
  out.set_fle_rms_mm(c.fle_rms_mm);
  out.set_max_fre_mm(c.max_fre_mm);
  out.set_max_leave_one_out_mm(c.max_leave_one_out_mm);
  out.set_swap_margin_mm(c.swap_margin_mm);
  out.set_min_spacing_mm(c.min_spacing_mm);
  out.set_min_off_line_mm(c.min_off_line_mm);
}

Error unreadable(const char* what) {
  return {Code::malformed, std::string(SessionSetup::attachment) + ": " + what};
}

}  // namespace

std::string encode(const SessionSetup& setup) {
  v1::Setup message;
  message.set_format(1);
  message.set_trocar_version(setup.trocar_version);
  message.set_utc_at_zero_ns(setup.utc_at_zero_ns);
  put(setup.plan, *message.mutable_plan());
  for (const ToolModel& t : setup.tools) put(t, *message.add_tools());
  put(setup.navigator, *message.mutable_limits());
  put(setup.registration, *message.mutable_registration());
  return message.SerializeAsString();
}

Result<SessionSetup> decode_setup(const std::string& bytes) {
  v1::Setup message;
  if (!message.ParseFromString(bytes)) return unreadable("expected the set-up, found other bytes");
  if (message.format() != 1) return unreadable("expected format 1, found another");
  SessionSetup setup;
  setup.trocar_version = message.trocar_version();
  setup.utc_at_zero_ns = message.utc_at_zero_ns();
  if (!take(message.plan(), setup.plan)) return unreadable("the plan cannot be read");
  for (const v1::Tool& t : message.tools()) {
    if (!take(t, setup.tools.emplace_back())) return unreadable("a tool cannot be read");
  }
  setup.navigator = config_of(message.limits());
  const v1::PointRegistration& r = message.registration();
  setup.registration = {r.fle_rms_mm(),     r.max_fre_mm(),     r.max_leave_one_out_mm(),
                        r.swap_margin_mm(), r.min_spacing_mm(), r.min_off_line_mm()};
  return setup;
}

Result<std::unique_ptr<Navigator>> build_navigator(const SessionSetup& setup) {
  auto model = build_navigation_model(setup.plan, setup.navigator.reference_vertebra);
  if (!model) return model.error();
  try {
    return std::make_unique<Navigator>(setup.navigator, setup.tools, std::move(model).value());
  } catch (const ConfigError& e) {
    return Error{Code::config, e.what()};
  }
}

}  // namespace trocar
