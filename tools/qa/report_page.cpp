#include "tools/qa/report_page.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <numbers>

namespace trocar::qa {
namespace {

constexpr double width = 900;  // of a picture, px
constexpr double left = 60;    // of its axis

constexpr const char* style = R"(
body{font:15px/1.45 system-ui,sans-serif;color:#1d2733;max-width:1000px;margin:24px auto;padding:0 16px}
h1{font-size:24px;margin:0 0 4px}h2{font-size:19px;margin:34px 0 8px;border-bottom:1px solid #d5dbe1}
h3{font-size:16px;margin:22px 0 4px}p{margin:6px 0}.q{color:#5b6875}
table{border-collapse:collapse;margin:8px 0}td,th{padding:3px 14px 3px 0;text-align:left;vertical-align:top}
th{color:#5b6875;font-weight:600}td.n{text-align:right;font-variant-numeric:tabular-nums}
svg{display:block;margin:6px 0}svg text{font:12px system-ui,sans-serif;fill:#5b6875}
.bad{color:#a3211b;font-weight:600})";

std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '<') {
      out += "&lt;";
    } else if (c == '&') {
      out += "&amp;";
    } else if (c == '"') {
      out += "&quot;";
    } else {
      out += c;
    }
  }
  return out;
}

std::string not_computable(const std::string& why) {
  return "<span class=q>not computable: " + escaped(why) + "</span>";
}

template <class T, class F>
std::string maybe(const Computed<T>& value, F text) {
  if (const auto* no = std::get_if<NotComputable>(&value)) return not_computable(no->why);
  return text(std::get<T>(value));
}

std::string row(const std::string& name, const std::string& value) {
  return "<tr><th>" + name + "</th><td>" + value + "</td></tr>\n";
}

std::string text_of(const Latency& l) {
  return fmt::format("p50 {:.2f} ms, p99 {:.2f} ms, max {:.2f} ms (n = {})", l.p50_ms, l.p99_ms,
                     l.max_ms, l.n);
}

double x_of(double at_s, const Report& r) {
  return left + (width - left) * (r.duration_s > 0 ? at_s / r.duration_s : 0);
}

std::string time_axis(const Report& r, double y) {
  std::string svg;
  for (int i = 0; i <= 6; ++i) {
    const double at_s = r.duration_s * i / 6;
    svg += fmt::format("<text x='{:.1f}' y='{:.0f}' text-anchor='{}'>{:.0f} s</text>",
                       x_of(at_s, r), y,
                       i == 0   ? "start"
                       : i == 6 ? "end"
                                : "middle",
                       at_s);
  }
  return svg;
}

const char* colour_of_state(const std::string& state) {
  if (state == "ready") return "#4c9a6a";
  if (state == "degraded") return "#c9543f";
  return "#d8b04a";
}

std::string bar(double from, double to, double y, double height, const std::string& colour,
                const std::string& title) {
  return fmt::format(
      "<rect x='{:.1f}' y='{:.0f}' width='{:.2f}' height='{:.0f}' "
      "fill='{}'><title>{}</title></rect>",
      from, y, std::max(to - from, 0.7), height, colour, escaped(title));
}

// The engine's states, each tool's gaps, and what happened.
std::string timeline(const Report& r) {
  const double height = 60 + 26 * static_cast<double>(r.tools.size());
  std::string svg =
      fmt::format("<svg width='{0}' height='{1}' viewBox='0 0 {0} {1}'>", width, height);
  svg += "<text x='0' y='22'>engine</text>";
  for (const Span& s : r.states) {
    svg += bar(x_of(s.from_s, r), x_of(s.to_s, r), 10, 16, colour_of_state(s.what),
               fmt::format("{} from {:.1f} to {:.1f} s", s.what, s.from_s, s.to_s));
  }
  double y = 36;
  for (const OfTool& t : r.tools) {
    svg += fmt::format("<text x='0' y='{:.0f}'>{}</text>", y + 12, escaped(t.name.substr(0, 8)));
    svg += bar(left, width, y, 16, "#dfe7ee", t.name);
    for (const Span& g : t.gaps) {
      svg += bar(x_of(g.from_s, r), x_of(g.to_s, r), y, 16, "#8b5a8f",
                 fmt::format("{} from {:.1f} to {:.1f} s", g.what, g.from_s, g.to_s));
    }
    for (const OfStructure& s : t.structures) {
      for (const Breach& b : s.breaches) {
        svg += bar(x_of(b.from_s, r), x_of(b.from_s + b.duration_s, r), y, 16, "#c9543f",
                   fmt::format("in {} from {:.1f} s, {:.1f} mm deep", s.id, b.from_s, b.depth_mm));
      }
    }
    y += 26;
  }
  for (const Span& e : r.events) {
    svg += bar(x_of(e.from_s, r), x_of(e.from_s, r), 4, y - 8, "#1d2733",
               fmt::format("{:.1f} s: {}", e.from_s, e.what));
  }
  return svg + time_axis(r, y + 12) + "</svg>\n";
}

// The tip's distance over time: the band of 95 % round it, zero, and nothing where none was shown.
std::string curve(const OfStructure& s, const Report& r) {
  constexpr double height = 150;
  double low = 0;
  double high = 1;
  for (const Envelope::Piece& p : s.curve.pieces()) {
    if (!p.any) continue;
    low = std::min(low, p.band_low);
    high = std::max(high, std::min(p.band_high, 60.0));
  }
  const auto y = [&](double mm) {
    return 8 + (height - 30) * (high - std::clamp(mm, low, high)) / (high - low);
  };
  std::string svg =
      fmt::format("<svg width='{0}' height='{1}' viewBox='0 0 {0} {1}'>", width, height);
  for (std::size_t i = 0; i < s.curve.pieces().size(); ++i) {
    const Envelope::Piece& p = s.curve.pieces()[i];
    if (!p.any || p.band_low > high) continue;
    const double from = x_of(s.curve.piece_s() * static_cast<double>(i), r);
    const double to = x_of(s.curve.piece_s() * static_cast<double>(i + 1), r);
    const auto strip = [&](double bottom, double top, const char* colour) {
      svg += fmt::format("<rect x='{:.2f}' y='{:.2f}' width='{:.2f}' height='{:.2f}' fill='{}'/>",
                         from, y(top), std::max(to - from, 0.8), std::max(y(bottom) - y(top), 1.0),
                         colour);
    };
    strip(p.band_low, p.band_high, "#c3d7ea");
    strip(p.low, p.high, p.low < 0 ? "#c9543f" : "#2b5f93");
  }
  svg += fmt::format("<line x1='{0}' x2='{1}' y1='{2:.1f}' y2='{2:.1f}' stroke='#a3211b'/>", left,
                     width, y(0));
  svg += fmt::format("<text x='0' y='{:.1f}'>{:.0f} mm</text><text x='0' y='{:.1f}'>0</text>",
                     y(high) + 10, high, y(0) + 4);
  return svg + time_axis(r, height - 4) + "</svg>\n";
}

std::string of(const OfStructure& s, const Report& r) {
  std::string html = "<h3>" + escaped(s.id) + "</h3>\n<p>";
  html += maybe(s.nearest, [](const Nearest& n) {
    return fmt::format(
        "{}nearest {:.2f} mm &plusmn; {:.2f} mm</span> (95 %) at {:.1f} s; predicted TRE there "
        "{:.2f} mm",
        n.tip_mm < 0 ? "<span class=bad>" : "<span>", n.tip_mm, n.bound_95_mm, n.at_s,
        n.predicted_tre_mm);
  });
  for (const auto& [zone, zone_s] : s.zone_s) html += fmt::format("; {} {:.1f} s", zone, zone_s);
  for (const Breach& b : s.breaches) {
    html +=
        fmt::format("<br><span class=bad>inside</span> from {:.1f} s for {:.2f} s, {:.2f} mm deep",
                    b.from_s, b.duration_s, b.depth_mm);
  }
  html += "</p>\n";
  return std::holds_alternative<Nearest>(s.nearest) ? html + curve(s, r) : html;
}

std::string of(const OfTool& t, const Report& r) {
  constexpr double degrees = 180 / std::numbers::pi;
  std::string html = "<h2>" + escaped(t.name) + "</h2>\n<table>\n";
  html += row("uptime", maybe(t.uptime, [&](double u) {
                return fmt::format("{:.1f} %; gaps: {}", 100 * u, t.gap_count);
              }));
  html += row("rate", maybe(t.rate, [](const Rate& q) {
                return fmt::format("{:.2f} Hz, {} of {} dropped by the device's own count", q.hz,
                                   q.drops, q.drops + q.exposures);
              }));
  html += row("jitter of the tip, still", maybe(t.jitter, [](const Jitter& j) {
                return fmt::format("{:.3f} mm RMS (median of {} windows of 1 s)", j.median_mm,
                                   j.windows);
              }));
  html += row("age of a pose", maybe(t.age, [](const Latency& l) { return text_of(l); }));
  html += row("planned against reached", maybe(t.reached, [&](const Reached& q) {
                return fmt::format(
                    "axis {:.2f} mm from the entry, {:.2f} mm from the target, {:.2f}&deg;; "
                    "{:.2f} mm before the target at {:.1f} s",
                    q.entry_mm, q.target_mm, q.angle_rad * degrees, q.depth_to_target_mm, q.at_s);
              }));
  html += "</table>\n";
  for (const OfStructure& s : t.structures) html += of(s, r);
  return html;
}

std::string registrations(const Report& r) {
  if (r.registrations.empty()) return "none";
  std::string text;
  for (const OfRegistration& one : r.registrations) {
    text += one.accepted ? fmt::format("{:.1f} s: FRE {:.2f} mm over {} points<br>", one.at_s,
                                       one.fre_mm, one.points)
                         : fmt::format("{:.1f} s: <span class=bad>refused</span>, {}<br>", one.at_s,
                                       escaped(one.refused));
  }
  return text;
}

std::string events(const Report& r) {
  std::string html = fmt::format("<h2>What happened ({})</h2>\n<table>\n", r.event_count);
  for (const Span& e : r.events) {
    html +=
        fmt::format("<tr><td class=n>{:.2f} s</td><td>{}</td></tr>\n", e.from_s, escaped(e.what));
  }
  return html + "</table>\n";
}

}  // namespace

std::string page_of(const Report& r) {
  const std::string title = escaped("Session " + r.session);
  const std::time_t began = r.utc_at_start_ns / 1'000'000'000;
  std::string html = "<!doctype html>\n<html lang=en><meta charset=utf-8><title>" + title +
                     "</title>\n<style>" + style + "</style>\n<h1>" + title + "</h1>\n";
  html += fmt::format(
      "<p class=q>{:%Y-%m-%d %H:%M:%S} UTC, {:.1f} s, plan {}, trocar {}. Research software, not a "
      "cleared medical device.</p>\n",
      fmt::gmtime(began), r.duration_s, escaped(r.plan), escaped(r.trocar_version));
  if (!r.whole) html += "<p class=bad>The file ends early: " + escaped(r.end) + "</p>\n";
  html += "<h2>Timeline</h2>\n" + timeline(r) + "<table>\n";
  html += row("registrations", registrations(r));
  html +=
      row("last byte to guidance", maybe(r.handling, [](const Latency& l) { return text_of(l); }));
  html += row("greatest jump of the reference", maybe(r.reference, [](const Movement& m) {
                return fmt::format(
                    "{:.2f} mm from one second to the next at {:.1f} s (spread "
                    "within them {:.2f} mm RMS)",
                    m.jump_mm, m.at_s, m.noise_mm);
              }));
  html += row("drift", maybe(r.drift_mm, [](double d) { return fmt::format("{:.2f} mm", d); }));
  html += row("guidances", std::to_string(r.guidances));
  html += row("chain", "<code>" + r.chain + "</code>") + "</table>\n";
  for (const OfTool& t : r.tools) html += of(t, r);
  return html + events(r) + "</html>\n";
}

}  // namespace trocar::qa
