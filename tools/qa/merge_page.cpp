#include "tools/qa/merge_page.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "tools/qa/page.hpp"

namespace trocar::qa {
namespace {

using page::escaped;
using page::line;
using page::text_at;

constexpr double width = 960;
constexpr double left = 84;
constexpr const char* red = "#c9543f";
constexpr const char* blue = "#2b5f93";
constexpr const char* grid = "#e6eaee";

// A picture of values one after the other, between `top` and `bottom` px.
struct Plot {
  double top, bottom;
  double low, high;
  std::size_t n;
  [[nodiscard]] double x(std::size_t i) const {
    return left + (width - left - 12) * (static_cast<double>(i) + 0.5) / static_cast<double>(n);
  }
  [[nodiscard]] double y(double v) const {
    return top + (bottom - top) * (high - v) / (high - low);
  }
  [[nodiscard]] std::string axis() const {
    std::string svg;
    const double tick = page::tick_of(high - low);
    for (double v = std::ceil(low / tick) * tick; v <= high; v += tick) {
      svg += line(left, y(v), width - 4, y(v), grid);
      // -0 and what rounding left of 0 is 0
      svg += text_at(left - 6, y(v) + 4, fmt::format("{:.6g}", std::abs(v) < tick / 1e6 ? 0 : v),
                     "end");
    }
    return svg;
  }
  [[nodiscard]] std::string limit(double v, const std::string& colour, const char* name) const {
    return line(left, y(v), width - 4, y(v), colour) + text_at(width - 4, y(v) - 3, name, "end");
  }
};

Plot plot_of(const std::vector<double>& values, double low, double high, double top,
             double bottom) {
  for (const double v : values) {
    low = std::min(low, v);
    high = std::max(high, v);
  }
  // Values that differ in their last digits alone are equal: no axis could part them.
  const double least = std::max({std::abs(low), std::abs(high), 1e-2}) * 0.1;
  const double room = high - low > 1e-6 * least ? 0.08 * (high - low) : least;
  return {top, bottom, low - room, high + room, values.size()};
}

std::string polyline(const Plot& plot, const std::vector<double>& values) {
  std::string points;
  for (std::size_t i = 0; i < values.size(); ++i) {
    points += fmt::format("{:.1f},{:.1f} ", plot.x(i), plot.y(values[i]));
  }
  return "<polyline fill='none' stroke='" + std::string(blue) + "' points='" + points + "'/>";
}

std::string dot(const Plot& plot, std::size_t i, double v, bool is_out, const std::string& name) {
  return fmt::format(
      "<circle cx='{:.1f}' cy='{:.1f}' r='{}' fill='{}'><title>{}: {:.6g}</title></circle>",
      plot.x(i), plot.y(v), is_out ? 4.5 : 3, is_out ? red : blue, escaped(name), v);
}

std::string values_picture(const Chart& chart, const ControlLimits& limits) {
  const Plot plot = plot_of(chart.values, limits.lower, limits.upper, 8, 140);
  constexpr double text_height = 14;  // px; nearer than this the names would lie on each other
  const bool is_one = plot.y(limits.lower) - plot.y(limits.upper) < 2 * text_height;
  std::string svg = plot.axis() + plot.limit(limits.mean, "#5b6875", is_one ? "" : "mean") +
                    plot.limit(limits.upper, std::string(red) + "' stroke-dasharray='5 4",
                               is_one ? "mean and limits" : "upper limit") +
                    plot.limit(limits.lower, std::string(red) + "' stroke-dasharray='5 4",
                               is_one ? "" : "lower limit") +
                    polyline(plot, chart.values);
  const std::vector<std::size_t> out = outside(chart.values, limits);
  for (std::size_t i = 0; i < chart.values.size(); ++i) {
    svg += dot(plot, i, chart.values[i], std::ranges::binary_search(out, i),
               chart.sessions[i]->session);
  }
  return svg;
}

std::string ranges_picture(const Chart& chart, const ControlLimits& limits) {
  std::vector<double> ranges;
  for (std::size_t i = 1; i < chart.values.size(); ++i) {
    ranges.push_back(std::abs(chart.values[i] - chart.values[i - 1]));
  }
  Plot plot = plot_of(ranges, 0, limits.moving_range_upper, 168, 224);
  plot.low = 0;  // a range is never negative
  std::string svg =
      plot.axis() + text_at(0, 158, "moving range") +
      plot.limit(limits.moving_range_upper, std::string(red) + "' stroke-dasharray='5 4", "") +
      polyline(plot, ranges);
  for (std::size_t i = 0; i < ranges.size(); ++i) {
    const bool is_out = ranges[i] > limits.moving_range_upper;
    svg += dot(plot, i, ranges[i], is_out, chart.sessions[i + 1]->session);
  }
  return svg;
}

// Values without limits yet.
std::string bare_picture(const Chart& chart) {
  const Plot plot = plot_of(chart.values, chart.values.front(), chart.values.front(), 8, 140);
  std::string svg = plot.axis() + polyline(plot, chart.values);
  for (std::size_t i = 0; i < chart.values.size(); ++i) {
    svg += dot(plot, i, chart.values[i], false, chart.sessions[i]->session);
  }
  return svg;
}

std::string of(const Chart& chart) {
  std::string html =
      "<h3>" + escaped(chart.measure) + "</h3>\n<p>n = " + std::to_string(chart.values.size());
  if (chart.not_computable > 0) {
    html += fmt::format(", not computable in {} more", chart.not_computable);
  }
  if (chart.values.empty()) return html + "</p>\n";
  const auto* limits = std::get_if<ControlLimits>(&chart.limits);
  if (limits == nullptr) {
    return html + "; limits " + page::not_computable(std::get<NotComputable>(chart.limits).why) +
           "</p>\n" + page::begin_svg(width, 150, chart.measure) + bare_picture(chart) + "</svg>\n";
  }
  html += fmt::format("; mean {:.4g}, limits {:.4g} to {:.4g}", limits->mean, limits->lower,
                      limits->upper);
  if (chart.values.size() < enough_for_limits) html += ", provisional";
  const std::vector<std::size_t> out = outside(chart.values, *limits);
  if (!out.empty()) html += fmt::format("; <span class=bad>{} outside</span>", out.size());
  for (std::size_t i = 0; i < std::min<std::size_t>(out.size(), 10); ++i) {
    html += (i == 0 ? ": " : ", ") + escaped(chart.sessions[out[i]]->session);
  }
  return html + "</p>\n" + page::begin_svg(width, 232, "control chart of " + chart.measure) +
         values_picture(chart, *limits) + ranges_picture(chart, *limits) + "</svg>\n";
}

std::string sessions_table(const Merge& merge) {
  std::string html =
      "<h2>Sessions</h2>\n<table><tr><th>began, "
      "UTC<th>session<th>plan<th>duration<th>record</tr>\n";
  for (const SessionRow* s : merge.sessions()) {
    const std::time_t began = s->utc_at_start_ns / 1'000'000'000;
    html += fmt::format("<tr><td>{:%Y-%m-%d %H:%M:%S}<td>{}<td>{}<td class=n>{:.1f} s<td>{}</tr>\n",
                        fmt::gmtime(began), escaped(s->session), escaped(s->plan), s->duration_s,
                        s->whole ? "whole" : "<span class=bad>cut</span>");
  }
  return html + "</table>\n";
}

constexpr const char* how =
    "<h2>How to read it</h2>\n<p class=q>One point per session, in the order of time. Limits: mean "
    "&plusmn; 3 standard deviations estimated from the mean moving range of neighbours (divided by "
    "1.128), and 3.267 times the mean moving range for the range itself: NIST/SEMATECH e-Handbook "
    "of "
    "Statistical Methods, 6.3.2.2. With fewer than 20 sessions they are provisional. A point "
    "outside "
    "asks for a look at that session; it is no verdict. Sessions with other instruments, plans or "
    "trackers are not one process: merge what belongs together.</p>\n";

}  // namespace

std::string page_of(const Merge& merge) {
  const auto sessions = merge.sessions();
  const std::vector<Chart> charts = merge.charts();
  std::size_t out = 0;
  for (const Chart& c : charts) {
    const auto* limits = std::get_if<ControlLimits>(&c.limits);
    if (limits != nullptr) out += outside(c.values, *limits).size();
  }
  const auto cut = std::ranges::count_if(sessions, [](const SessionRow* s) { return !s->whole; });
  std::string html = page::head("Quality over sessions");
  html += "<p class=q>Research software, not a cleared medical device.</p>\n<div class=tiles>\n";
  html += page::tile(std::to_string(sessions.size()), "sessions");
  html += page::tile(std::to_string(out), "points outside their limits", out > 0);
  html += page::tile(std::to_string(cut), "records that were cut", cut > 0);
  html += "</div>\n<h2>Control charts</h2>\n";
  for (const Chart& c : charts) html += of(c);
  return html + sessions_table(merge) + how + "</html>\n";
}

}  // namespace trocar::qa
