#include "tools/qa/report_tool_section.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "tools/qa/page.hpp"
#include "tools/qa/report_pictures.hpp"

namespace trocar::qa {
namespace {

using page::escaped;
using page::maybe;
using page::row;

double seconds_in(const SecondsOf& all, const char* what) {
  const auto found = all.find(what);
  return found == all.end() ? 0 : found->second;
}

std::string insides_of(const OfStructure& s) {
  std::string html;
  if (s.is_target && s.inside.n() > 0) {
    html += fmt::format("<br>in the target for {:.1f} s, {} times", s.inside_s, s.inside.n());
  }
  const char* colour = s.is_target ? "<span>" : "<span class=bad>";
  for (const Breach& b : s.inside.first()) {
    html += fmt::format("<br>{}inside</span> from {:.1f} s for {:.2f} s, {:.2f} mm deep", colour,
                        b.from_s, b.duration_s, b.depth_mm);
  }
  if (s.inside.left_out() > 0) html += fmt::format("<br>and {} times more", s.inside.left_out());
  return html;
}

std::string tip_of(const Nearest& n, const OfStructure& s) {
  const auto& tre = std::get<Tre>(s.predicted_tre);
  return fmt::format(
      "tip: {}nearest {:.2f} mm &plusmn; {:.2f} mm</span> (95 %) at {:.1f} s; predicted TRE there "
      "{:.2f} mm, {:.2f} to {:.2f} mm over all",
      n.tip_mm < 0 && !s.is_target ? "<span class=bad>" : "<span>", n.tip_mm, n.bound_95_mm, n.at_s,
      n.predicted_tre_mm, tre.least_mm, tre.greatest_mm);
}

std::string instrument_of(const Clearance& c, const OfStructure& s) {
  return fmt::format(
      "<br>whole instrument: {}least clearance {:.2f} mm &plusmn; {:.2f} mm</span> (95 %) at "
      "{:.1f} s, {:.0f} mm behind the tip; clearance, without its bound, below {:g} mm for {:.1f} "
      "s, below {:g} mm for {:.1f} s",
      c.shaft_mm < 0 && !s.is_target ? "<span class=bad>" : "<span>", c.shaft_mm, c.bound_95_mm,
      c.at_s, c.behind_tip_mm, s.stop_mm, s.below_stop_s, s.warn_mm, s.below_warn_s);
}

std::string zones_of(const OfStructure& s) {
  return fmt::format(
      "<br>zones as they were shown (lower 95 % bound of the clearance, with hysteresis): stop "
      "{:.1f} s, warning {:.1f} s, clear {:.1f} s",
      seconds_in(s.zone_s, "stop"), seconds_in(s.zone_s, "warn"), seconds_in(s.zone_s, "clear"));
}

std::string of(const OfStructure& s, const Report& r) {
  std::string html = "<h3>" + escaped(s.id) + " <span class=q>" + escaped(s.kind) +
                     (s.is_target ? ", target" : ", critical") + "</span></h3>\n<p>";
  html += maybe(s.nearest, [&](const Nearest& n) { return tip_of(n, s); });
  if (const auto* c = std::get_if<Clearance>(&s.least_clearance)) {
    html += instrument_of(*c, s) + zones_of(s);
  }
  html += insides_of(s) + "</p>\n";
  return std::holds_alternative<Nearest>(s.nearest) ? html + distance_curve(s, r) : html;
}

std::string reached(const Reached& q) {
  return fmt::format(
             "axis {:.2f} mm from the entry, {:.2f} mm from the target, {:.2f}&deg;; {:.2f} mm {} "
             "the target at {:.1f} s",
             q.entry_mm, q.target_mm, q.angle_rad * 180 / std::numbers::pi,
             std::abs(q.depth_to_target_mm), q.depth_to_target_mm < 0 ? "beyond" : "before",
             q.at_s) +
         reached_picture(q);
}

std::string gaps_of(const Gaps& gaps) {
  std::vector<Span> longest = gaps.first();
  std::ranges::stable_sort(
      longest, [](const Span& a, const Span& b) { return a.to_s - a.from_s > b.to_s - b.from_s; });
  std::string html = std::to_string(gaps.n());
  if (gaps.left_out() > 0) html += fmt::format(", of the first {}", longest.size());
  for (std::size_t i = 0; i < std::min<std::size_t>(longest.size(), 5); ++i) {
    html += fmt::format("<br>{:.2f} s from {:.1f} s: {}", longest[i].to_s - longest[i].from_s,
                        longest[i].from_s, escaped(longest[i].what));
  }
  return html;
}

std::string uptime_of(const Computed<double>& uptime, const SecondsOf& absent_s) {
  std::string html = maybe(uptime, [](double u) { return fmt::format("{:.1f} %", 100 * u); });
  for (const auto& [why, s] : absent_s)
    html += fmt::format("<br>over the record, {}: {:.1f} s", escaped(why), s);
  return html;
}

std::string jitter_of(const Computed<Jitter>& jitter) {
  return maybe(jitter, [](const Jitter& j) {
    return fmt::format("{:.3f} mm RMS (median of {} windows of 1 s)", j.median_mm, j.windows);
  });
}

std::string rows_of(const Tracked& t) {
  std::string html = row("tracked: uptime since first seen", uptime_of(t.uptime, t.missing_s));
  html += row("tracked: gaps of 0.1 s and more, the longest", gaps_of(t.gaps));
  html += row("tracked: rate", maybe(t.rate, [](const Rate& q) {
                return fmt::format("{:.2f} Hz, {} of {} dropped by the device's own count", q.hz,
                                   q.drops, q.drops + q.exposures);
              }));
  return html + row("tracked: jitter against the camera, still", jitter_of(t.jitter));
}

std::string rows_of(const Shown& s) {
  std::string html = row("shown: uptime since first shown", uptime_of(s.uptime, s.withheld_s));
  html += row("shown: gaps of 0.1 s and more, the longest", gaps_of(s.gaps));
  html += row("shown: jitter of the tip in the CT, still", jitter_of(s.jitter));
  return html + row("shown: exposure to guidance", maybe(s.age, text_of));
}

}  // namespace

std::string text_of(const Latency& l) {
  return fmt::format("p50 {:.2f} ms, p99 {:.2f} ms, max {:.2f} ms (n = {})", l.p50_ms, l.p99_ms,
                     l.max_ms, l.n) +
         histogram(l);
}

std::string section_of(const OfReference& one) {
  return "<h2>" + escaped(one.name) + " <span class=q>reference</span></h2>\n<table>\n" +
         rows_of(one.tracked) + "</table>\n";
}

std::string section_of(const OfTool& t, const Report& r) {
  std::string html = "<h2>" + escaped(t.name) + "</h2>\n<table>\n" + rows_of(t.tracked) +
                     rows_of(t.shown) + row("planned against reached", maybe(t.reached, reached)) +
                     "</table>\n";
  for (const OfStructure& s : t.structures) html += of(s, r);
  return html;
}

}  // namespace trocar::qa
