#include "tools/qa/report_page.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <numbers>

#include "tools/qa/page.hpp"
#include "tools/qa/report_pictures.hpp"

namespace trocar::qa {
namespace {

using page::escaped;
using page::maybe;
using page::row;
using page::tile;

std::string text_of(const Latency& l) {
  return fmt::format("p50 {:.2f} ms, p99 {:.2f} ms, max {:.2f} ms (n = {})", l.p50_ms, l.p99_ms,
                     l.max_ms, l.n) +
         histogram(l);
}

std::string breaches_of(const OfStructure& s) {
  std::string html;
  for (const Breach& b : s.breaches) {
    html +=
        fmt::format("<br><span class=bad>inside</span> from {:.1f} s for {:.2f} s, {:.2f} mm deep",
                    b.from_s, b.duration_s, b.depth_mm);
  }
  if (s.breach_count > s.breaches.size()) {
    html += fmt::format("<br>and {} times more", s.breach_count - s.breaches.size());
  }
  return html;
}

double time_in(const OfStructure& s, const char* zone) {
  const auto found = s.zone_s.find(zone);
  return found == s.zone_s.end() ? 0 : found->second;
}

std::string of(const OfStructure& s, const Report& r) {
  std::string html = "<h3>" + escaped(s.id) + "</h3>\n<p>";
  html += maybe(s.nearest, [&](const Nearest& n) {
    const auto& tre = std::get<Tre>(s.predicted_tre);
    return fmt::format(
        "{}nearest {:.2f} mm &plusmn; {:.2f} mm</span> (95 %) at {:.1f} s; predicted TRE there "
        "{:.2f} mm, {:.2f} to {:.2f} mm over all<br>time in the stop zone (below {:g} mm) {:.1f} "
        "s, "
        "in the warning zone (below {:g} mm) {:.1f} s, clear {:.1f} s",
        n.tip_mm < 0 ? "<span class=bad>" : "<span>", n.tip_mm, n.bound_95_mm, n.at_s,
        n.predicted_tre_mm, tre.least_mm, tre.greatest_mm, s.stop_mm, time_in(s, "stop"), s.warn_mm,
        time_in(s, "warn"), time_in(s, "clear"));
  });
  html += breaches_of(s) + "</p>\n";
  return std::holds_alternative<Nearest>(s.nearest) ? html + distance_curve(s, r) : html;
}

std::string reached(const Reached& q) {
  return fmt::format(
             "axis {:.2f} mm from the entry, {:.2f} mm from the target, {:.2f}&deg;; {:.2f} mm {} "
             "the "
             "target at {:.1f} s",
             q.entry_mm, q.target_mm, q.angle_rad * 180 / std::numbers::pi,
             std::abs(q.depth_to_target_mm), q.depth_to_target_mm < 0 ? "beyond" : "before",
             q.at_s) +
         reached_picture(q);
}

std::string gaps_of(const OfTool& t) {
  std::vector<Span> longest = t.gaps;
  std::ranges::stable_sort(
      longest, [](const Span& a, const Span& b) { return a.to_s - a.from_s > b.to_s - b.from_s; });
  std::string html = std::to_string(t.gap_count);
  for (std::size_t i = 0; i < std::min<std::size_t>(longest.size(), 5); ++i) {
    html += fmt::format("<br>{:.2f} s from {:.1f} s: {}", longest[i].to_s - longest[i].from_s,
                        longest[i].from_s, escaped(longest[i].what));
  }
  return html;
}

std::string of(const OfTool& t, const Report& r) {
  std::string html = "<h2>" + escaped(t.name) + "</h2>\n<table>\n";
  html += row("uptime since first seen",
              maybe(t.uptime, [&](double u) { return fmt::format("{:.1f} %", 100 * u); }));
  html += row("gaps of 0.1 s and more, the longest", gaps_of(t));
  html += row("rate", maybe(t.rate, [](const Rate& q) {
                return fmt::format("{:.2f} Hz, {} of {} dropped by the device's own count", q.hz,
                                   q.drops, q.drops + q.exposures);
              }));
  html += row("jitter of the tip, still", maybe(t.jitter, [](const Jitter& j) {
                return fmt::format("{:.3f} mm RMS (median of {} windows of 1 s)", j.median_mm,
                                   j.windows);
              }));
  html += row("exposure to guidance", maybe(t.age, text_of));
  html += row("planned against reached", maybe(t.reached, reached));
  html += "</table>\n";
  for (const OfStructure& s : t.structures) html += of(s, r);
  return html;
}

std::string registrations(const Report& r) {
  if (r.registrations.empty()) return "none";
  std::string text;
  for (const OfRegistration& one : r.registrations) {
    text += one.accepted ? fmt::format("{:.1f} s: FRE {:.2f} mm over {} points", one.at_s,
                                       one.fre_mm, one.points)
                         : fmt::format("{:.1f} s: <span class=bad>refused</span>, {}", one.at_s,
                                       escaped(one.refused));
    if (const auto* moved = std::get_if<double>(&one.moved_mm)) {
      text += fmt::format("; {:.2f} mm from the one before, at the worst point", *moved);
    }
    text += "<br>";
  }
  return text;
}

std::string verifications(const Report& r) {
  if (r.verifications.empty()) return "none in the record";
  std::string text;
  for (const Span& v : r.verifications) {
    text += fmt::format("{:.1f} s: {}<br>", v.from_s, escaped(v.what.substr(v.what.find(' ') + 1)));
  }
  return text;
}

std::string change(const Change& c) {
  if (!c.found) {
    return fmt::format("none: the likeliest is {:.2f} mm at {:.1f} s, {:.1f} standard deviations",
                       c.shift_mm, c.at_s, c.score);
  }
  return fmt::format("<span class=bad>{:.2f} mm at {:.1f} s</span>, {:.0f} standard deviations",
                     c.shift_mm, c.at_s, c.score);
}

std::string tracking(const Report& r) {
  std::string html = "<h2>Registration and tracking</h2>\n<table>\n";
  html += row("registrations", registrations(r));
  html += row("verifications", verifications(r));
  html += row("drift, first to last registration",
              maybe(r.drift_mm, [](double d) { return fmt::format("{:.2f} mm", d); }));
  html += row("reference seen", maybe(r.reference_seen, [](double u) {
                return fmt::format("in {:.1f} % of its exposures", 100 * u);
              }));
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
  return html + row("chain", "<code>" + r.chain + "</code>") + "</table>\n";
}

// What a person looks for first.
std::string tiles(const Report& r) {
  const Nearest* nearest = nullptr;
  const double* uptime = nullptr;
  std::uint64_t breaches = 0;
  for (const OfTool& t : r.tools) {
    const auto* up = std::get_if<double>(&t.uptime);
    if (up != nullptr && (uptime == nullptr || *up < *uptime)) uptime = up;
    for (const OfStructure& s : t.structures) {
      breaches += s.breach_count;
      const auto* n = std::get_if<Nearest>(&s.nearest);
      if (n != nullptr && (nearest == nullptr || n->tip_mm < nearest->tip_mm)) nearest = n;
    }
  }
  const auto alarms =
      std::ranges::count_if(r.events, [](const Span& e) { return e.what.starts_with("alarm"); });
  std::string html = "<div class=tiles>\n" +
                     tile(r.duration_s < 100 ? fmt::format("{:.1f} s", r.duration_s)
                                             : fmt::format("{:.1f} min", r.duration_s / 60),
                          "recorded");
  html += tile(uptime != nullptr ? fmt::format("{:.1f} %", 100 * *uptime) : "&ndash;",
               "uptime, least of the tools");
  html += tile(nearest != nullptr ? fmt::format("{:.1f} mm", nearest->tip_mm) : "&ndash;",
               "nearest to a structure", nearest != nullptr && nearest->tip_mm < 0);
  html += tile(std::to_string(breaches), "times inside a structure", breaches > 0);
  html += tile(std::to_string(alarms), "alarms", alarms > 0);
  html += tile(r.whole ? "whole" : "cut", "the record", !r.whole);
  return html + "</div>\n";
}

std::string events(const Report& r) {
  std::string html = fmt::format("<h2>What happened ({})</h2>\n<table>\n", r.event_count);
  for (const Span& e : r.events) {
    html +=
        fmt::format("<tr><td class=n>{:.2f} s</td><td>{}</td></tr>\n", e.from_s, escaped(e.what));
  }
  html += "</table>\n";
  if (r.event_count <= r.events.size()) return html;
  return html + fmt::format("<p>and {} more</p>\n", r.event_count - r.events.size());
}

constexpr const char* how =
    "<h2>How to read it</h2>\n<p class=q>Everything comes from the record; nothing was navigated "
    "again. Times count from the first step. Curves show every distance that was shown, blue in "
    "its "
    "95 % band; dashed: warning and stop distance; red: the surface. Where there is no curve "
    "nothing "
    "was shown. A breach is a time with any part of the instrument inside. FRE tells whether a fit "
    "is "
    "broken, not how accurate guidance is: that is the predicted TRE and the bound. The "
    "reference's "
    "movement is against the camera: which of the two moved the session cannot say.</p>\n";

}  // namespace

std::string page_of(const Report& r) {
  const std::time_t began = r.utc_at_start_ns / 1'000'000'000;
  std::string html = page::head("Session " + r.session);
  html += fmt::format(
      "<p class=q>{:%Y-%m-%d %H:%M:%S} UTC, {:.1f} s, plan {}, trocar {}. Research software, not a "
      "cleared medical device.</p>\n",
      fmt::gmtime(began), r.duration_s, escaped(r.plan), escaped(r.trocar_version));
  if (!r.whole) html += "<p class=bad>The file ends early: " + escaped(r.end) + "</p>\n";
  html += tiles(r) + "<h2>Timeline</h2>\n" + timeline(r) + tracking(r);
  for (const OfTool& t : r.tools) html += of(t, r);
  return html + events(r) + how + "</html>\n";
}

}  // namespace trocar::qa
