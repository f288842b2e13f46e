#include "engine/igtl/guidance_messages.hpp"

#include <algorithm>
#include <limits>

#include "engine/igtl/last_gate.hpp"
#include "engine/igtl/number_text.hpp"
#include "engine/igtl/ras.hpp"

namespace trocar {

namespace {

using igtl::Buffer;

constexpr std::array<float, 12> identity_columns = {1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0};

std::array<float, 12> columns_of(const Transform<Ras, Tip>& ras_from_tip) {
  std::array<float, 12> out{};
  const auto& m = ras_from_tip.matrix().matrix();
  auto next = out.begin();
  for (int col = 0; col < 4; ++col) {
    for (int row = 0; row < 3; ++row) {
      *next++ = static_cast<float>(m(row, col));
    }
  }
  return out;
}

std::array<float, 3> float_point(const Point<Ras>& p) {
  return {static_cast<float>(p.mm.x()), static_cast<float>(p.mm.y()), static_cast<float>(p.mm.z())};
}

const StructureDistance* nearest(const ToolGuidance& t) {
  const StructureDistance* best = nullptr;
  for (const auto& s : t.structures) {
    const auto* d = std::get_if<StructureDistance>(&s.distance);
    if (d == nullptr) continue;
    if (best == nullptr || d->tip_to_structure_mm < best->tip_to_structure_mm) best = d;
  }
  return best;
}

struct Word {
  EngineState state;
  std::string_view reason;
  std::uint16_t code;
};

// What the heartbeat says in one word, and why.
Word word_of(const Heartbeat& beat) {
  if (beat.newest == nullptr) {
    return {EngineState::connecting, "no_guidance", igtl::status_not_ready};
  }
  const Guidance& g = *beat.newest;
  if (beat.silent) return {EngineState::degraded, "engine_silent", igtl::status_time_out};
  if (g.link == Link::lost) return {g.state, "link_lost", igtl::status_hardware_failure};
  switch (g.state) {
    case EngineState::ready:
      return {g.state, "none", igtl::status_ok};
    case EngineState::connecting:
      return {g.state, "link_connecting", igtl::status_not_ready};
    case EngineState::unregistered:
      return {g.state, "not_registered", igtl::status_not_ready};
    case EngineState::degraded:
      break;
  }
  return {g.state, g.degraded ? to_string(*g.degraded) : "none", igtl::status_hardware_failure};
}

char printable(char c) { return c >= 0x20 && c < 0x7F ? c : '?'; }

}  // namespace

GuidanceMessages::GuidanceMessages(StreamNames names, WallClock wall)
    : names_(std::move(names)), wall_(wall) {
  for (const auto& t : names_.tools) {
    tools_.push_back({t, ToolTexts(t.tool, names_.structures), t.tool + "Status"});
  }
  line_body_.points.resize(2);
  line_body_.lines = {1, {2, 0, 1}};
}

void GuidanceMessages::prepare(const Guidance& g, std::optional<Withheld> instead) {
  for (auto& m : tools_) m.in_guidance = false;
  guidance_time_ = wall_.header_time(g.now);
  for (const auto& t : g.tools) {
    if (t.tool.index >= tools_.size() || tools_[t.tool.index].names.tool.empty()) {
      ++refused_;  // a body that has no name in the stream
      continue;
    }
    ToolGuidance shown = t;
    if (instead) {
      withhold_all(shown, *instead);
    } else {
      refused_ += withhold_unfit(shown);
    }
    prepare_tool(shown, g, tools_[t.tool.index]);
  }
}

void GuidanceMessages::prepare_tool(const ToolGuidance& t, const Guidance& g,
                                    ToolMessage& m) const {
  m.in_guidance = true;
  m.texts.write(t, g);
  m.line = {};
  const auto* pose = std::get_if<ToolPose>(&t.pose);
  // Of an absent pose the time of the news counts: `acquired` may lie long ago.
  m.header_time = wall_.header_time(pose != nullptr ? t.acquired : g.now);
  if (pose == nullptr) {
    m.columns = identity_columns;
    return;
  }
  const auto ras_from_tip = igtl::ras_from_preop() * pose->preop_from_tip;
  m.columns = columns_of(ras_from_tip);
  if (const auto* d = nearest(t)) {
    m.line = {float_point(ras_from_tip.origin()), float_point(igtl::ras_from_lps(d->closest))};
  }
}

void GuidanceMessages::append_tools(Buffer& out, std::uint16_t version) {
  for (const auto& m : tools_) {
    if (!m.in_guidance) continue;
    igtl::Envelope e{version, m.names.transform, m.header_time, 0, m.texts.metadata()};
    igtl::append_transform(out, e, m.columns);
    e.device = m.names.distance;
    e.metadata = m.texts.sequence_only();
    igtl::append_string(out, e, m.texts.line());
    e.device = m.names.line;
    std::copy(m.line.begin(), m.line.end(), line_body_.points.begin());
    igtl::append_polydata(out, e, line_body_);
  }
}

void GuidanceMessages::append_tracking(Buffer& out, std::uint16_t version) {
  tracking_.elements.clear();
  tracking_metadata_.clear();
  for (const auto& m : tools_) {
    if (m.names.tool.empty()) continue;
    tracking_.elements.push_back(
        {m.names.transform, 2, 0, m.in_guidance ? m.columns : identity_columns});
    const auto texts = m.texts.metadata();
    tracking_metadata_.push_back({m.status_key, m.in_guidance ? texts.front().value : "MISSING"});
    if (tracking_metadata_.size() == 1) tracking_metadata_.push_back(m.texts.sequence_only()[0]);
  }
  igtl::append_tracking(
      out, {version, StreamNames::tracking, guidance_time_, 0, tracking_metadata_}, tracking_);
}

void GuidanceMessages::append_heartbeat(Buffer& out, const Heartbeat& beat, std::uint16_t version) {
  const Word word = word_of(beat);
  std::string& text = status_.message;
  const auto add = [&text](std::string_view key, std::string_view value) {
    if (!text.empty()) text += ' ';
    text += key;
    text += '=';
    text += value;
  };
  text.clear();
  add("state", to_string(word.state));
  add("reason", word.reason);
  if (const Guidance* g = beat.newest) {
    add("link", to_string(g->link));
    add("sequence", {});
    igtl::append_integer(text, g->sequence);
    add("epoch", {});
    igtl::append_integer(text, g->epoch);
    add("guidance_age_ms", {});
    igtl::append_fixed(text, milliseconds_of(beat.now - g->now), 1);
    add("lost_frames", {});
    igtl::append_integer(text, g->lost_frames);
    add("recording", to_string(g->recording));
    add("imaging", to_string(g->imaging));
    if (g->imaging == Imaging::refused) add("imaging_reason", g->imaging_reason.view());
  }
  status_.code = word.code;
  status_.error_name = to_string(word.state);
  igtl::append_status(out, {version, StreamNames::status, wall_.header_time(beat.now)}, status_);
}

void GuidanceMessages::append_state(Buffer& out, const StateLine& line, std::uint16_t version) {
  text_ = "at_s=";
  igtl::append_seconds(text_, line.at);
  text_ += " kind=";
  text_ += to_string(line.kind);
  text_ += " text=";
  const std::string_view said = line.text.view();
  std::transform(said.begin(), said.end(), std::back_inserter(text_), printable);
  igtl::append_string(out, {version, StreamNames::state, wall_.header_time(line.at)}, text_);
}

}  // namespace trocar
