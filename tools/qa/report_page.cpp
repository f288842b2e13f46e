#include "tools/qa/report_page.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "tools/qa/page.hpp"
#include "tools/qa/report_tool_section.hpp"
#include "tools/qa/timeline.hpp"

namespace trocar::qa {
namespace {

using page::escaped;
using page::maybe;
using page::row;
using page::tile;

std::string and_more(std::uint64_t left_out) {
  return left_out > 0 ? fmt::format("and {} more", left_out) : "";
}

std::string registrations(const Report& r) {
  if (r.registrations.n() == 0) return "none";
  std::string text;
  for (const OfRegistration& one : r.registrations.first()) {
    text += one.accepted ? fmt::format("{:.1f} s: FRE {:.2f} mm over {} points", one.at_s,
                                       one.fre_mm, one.points)
                         : fmt::format("{:.1f} s: <span class=bad>refused</span>, {}", one.at_s,
                                       escaped(one.refused));
    if (const auto* moved = std::get_if<double>(&one.moved_mm)) {
      text += fmt::format("; {:.2f} mm from the one before, at the worst point", *moved);
    }
    text += "<br>";
  }
  return text + and_more(r.registrations.left_out());
}

std::string verifications(const Report& r) {
  if (r.verifications.n() == 0) return "none in the record";
  std::string text;
  for (const Span& v : r.verifications.first()) {
    text += fmt::format("{:.1f} s: {}<br>", v.from_s, escaped(v.what.substr(v.what.find(' ') + 1)));
  }
  return text + and_more(r.verifications.left_out());
}

std::string change(const Change& c) {
  if (!c.found) {
    return fmt::format("none: the likeliest is {:.2f} mm at {:.1f} s, {:.1f} standard deviations",
                       c.shift_mm, c.at_s, c.score);
  }
  return fmt::format("<span class=bad>{:.2f} mm at {:.1f} s</span>, {:.0f} standard deviations",
                     c.shift_mm, c.at_s, c.score);
}

std::string states(const Report& r) {
  std::string text;
  for (const auto& [state, s] : r.state_s) text += fmt::format("{} {:.1f} s, ", state, s);
  text += fmt::format("{} in turn", r.states.n());
  if (r.states.left_out() > 0) text += fmt::format(", the last {} not named", r.states.left_out());
  return text;
}

std::string tracking(const Report& r) {
  std::string html = "<h2>Registration and tracking</h2>\n<table>\n";
  html += row("registrations", registrations(r));
  html += row("verifications", verifications(r));
  html += row("drift, first to last registration",
              maybe(r.drift_mm, [](double d) { return fmt::format("{:.2f} mm", d); }));
  html += row("reference moved for good", maybe(r.change, change));
  html += row("greatest jump of the reference", maybe(r.reference, [](const Movement& m) {
                return fmt::format(
                    "{:.2f} mm from one second to the next at {:.1f} s (spread "
                    "within them {:.2f} mm RMS)",
                    m.jump_mm, m.at_s, m.noise_mm);
              }));
  html += row("exposure to last byte", maybe(r.device, text_of));
  html += row("last byte to guidance", maybe(r.handling, text_of));
  html += row("guidances", std::to_string(r.guidances));
  html += row("states of the engine", states(r));
  return html + row("chain", "<code>" + r.chain + "</code>") + "</table>\n";
}

// The least of it, when any was there.
void keep_least(std::optional<double>& least, const Computed<double>& one) {
  if (const auto* v = std::get_if<double>(&one)) least = std::min(least.value_or(*v), *v);
}

struct Margins {
  bool has_target = false;
  double in_target_s = 0;
  std::uint64_t breaches = 0;
  std::optional<double> least_mm;  // clearance to what is critical
};

Margins margins_of(const Report& r) {
  Margins m;
  for (const OfTool& t : r.tools) {
    for (const OfStructure& s : t.structures) {
      m.has_target = m.has_target || s.is_target;
      if (s.is_target) {
        m.in_target_s += s.inside_s;
        continue;
      }
      m.breaches += s.inside.n();
      const auto* c = std::get_if<Clearance>(&s.least_clearance);
      if (c != nullptr) m.least_mm = std::min(m.least_mm.value_or(c->shaft_mm), c->shaft_mm);
    }
  }
  return m;
}

std::string in_short(double s) {
  return s < 100 ? fmt::format("{:.1f} s", s) : fmt::format("{:.1f} min", s / 60);
}

std::string percent(const std::optional<double>& share) {
  return share ? fmt::format("{:.1f} %", 100 * *share) : "&ndash;";
}

// What a person looks for first.
std::string tiles(const Report& r) {
  std::optional<double> tracked;
  std::optional<double> shown;
  for (const OfReference& one : r.references) keep_least(tracked, one.tracked.uptime);
  for (const OfTool& t : r.tools) {
    keep_least(tracked, t.tracked.uptime);
    keep_least(shown, t.shown.uptime);
  }
  const Margins m = margins_of(r);
  std::string html = "<div class=tiles>\n" + tile(in_short(r.duration_s), "recorded");
  html += tile(percent(tracked), "tracked, least of all");
  html += tile(percent(shown), "shown, least of the tools");
  html += tile(m.least_mm ? fmt::format("{:.1f} mm", *m.least_mm) : "&ndash;",
               "least clearance, critical", m.least_mm && *m.least_mm < 0);
  html += tile(std::to_string(m.breaches), "breaches, critical", m.breaches > 0);
  if (m.has_target) html += tile(in_short(m.in_target_s), "in the target, all tools");
  html += tile(std::to_string(r.alarms), "alarms", r.alarms > 0);
  html += tile(r.whole ? "whole" : "cut", "the record", !r.whole);
  return html + "</div>\n";
}

std::string events(const Report& r) {
  std::string html = fmt::format("<h2>What happened ({})</h2>\n<table>\n", r.events.n());
  for (const Span& e : r.events.first()) {
    html +=
        fmt::format("<tr><td class=n>{:.2f} s</td><td>{}</td></tr>\n", e.from_s, escaped(e.what));
  }
  return html + "</table>\n<p>" + and_more(r.events.left_out()) + "</p>\n";
}

constexpr const char* how =
    "<h2>How to read it</h2>\n<p class=q>Everything comes from the record; nothing was navigated "
    "again. Times count from the first step. Tracked: the tracker gave a pose, whatever was made "
    "of it; shown: guidance with numbers. Curves show every distance of the tip that was shown, "
    "blue in its 95 % band; dashed: warning and stop distance; red: the surface. Where there is no "
    "curve nothing was shown. Clearance is that of the whole instrument. A breach is a time with "
    "any part of it inside a critical structure; tumours are targets, and reaching them is none. "
    "FRE tells whether a fit is broken, not how accurate guidance is: that is the predicted TRE "
    "and the bound. The reference's movement is against the camera: which of the two moved the "
    "session cannot say.</p>\n";

// Of a piece that was cut from a session the first step is the session's.
std::string recorded(const Report& r) {
  if (r.begins_s < 0.1) return fmt::format("{:.1f} s", r.duration_s);
  return fmt::format("{:.1f} s, from {:.1f} to {:.1f} s after the first step", r.duration_s,
                     r.begins_s, r.begins_s + r.duration_s);
}

}  // namespace

std::string page_of(const Report& r) {
  const std::time_t began = r.utc_at_start_ns / 1'000'000'000;
  std::string html = page::head("Session " + r.session);
  html += fmt::format(
      "<p class=q>{:%Y-%m-%d %H:%M:%S} UTC, {}, plan {}, trocar {}. Research software, not a "
      "cleared medical device.</p>\n",
      fmt::gmtime(began), recorded(r), escaped(r.plan), escaped(r.trocar_version));
  if (!r.whole) html += "<p class=bad>The file ends early: " + escaped(r.end) + "</p>\n";
  html += tiles(r) + "<h2>Timeline</h2>\n" + timeline(r) + tracking(r);
  for (const OfReference& one : r.references) html += section_of(one);
  for (const OfTool& t : r.tools) html += section_of(t, r);
  return html + events(r) + how + "</html>\n";
}

}  // namespace trocar::qa
