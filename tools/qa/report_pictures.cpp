#include "tools/qa/report_pictures.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "tools/qa/page.hpp"

namespace trocar::qa {
namespace {

using page::begin_svg;
using page::escaped;
using page::line;
using page::text_at;

constexpr double width = 960;  // of a picture, px
constexpr double left = 84;    // of its axis
constexpr double far_mm = 60;  // beyond it a curve is not drawn

constexpr const char* red = "#c9543f";
constexpr const char* purple = "#8b5a8f";
constexpr const char* blue = "#2b5f93";
constexpr const char* pale_blue = "#c3d7ea";
constexpr const char* green = "#4c9a6a";
constexpr const char* yellow = "#d8b04a";
constexpr const char* ink = "#1d2733";
constexpr const char* grid = "#e6eaee";

double x_of(double at_s, const Report& r) {
  return left + (width - left - 4) * (r.duration_s > 0 ? at_s / r.duration_s : 0);
}

std::string clock_of(double at_s, double tick_s) {
  if (tick_s < 1) return fmt::format("{:.1f} s", at_s);
  if (tick_s < 60) return fmt::format("{:.0f} s", at_s);
  return fmt::format("{:.0f}:{:02.0f} min", std::floor(at_s / 60), std::fmod(at_s, 60));
}

std::string time_axis(const Report& r, double top, double bottom) {
  std::string svg;
  double tick_s = page::tick_of(r.duration_s);
  if (tick_s >= 60) tick_s = 60 * page::tick_of(r.duration_s / 60);
  for (int i = 0; i * tick_s <= r.duration_s && i < 20; ++i) {
    const double x = x_of(i * tick_s, r);
    svg += line(x, top, x, bottom, grid);
    const char* anchor = x > width - 40 ? "end" : i == 0 ? "start" : "middle";
    svg += text_at(x, bottom + 14, clock_of(i * tick_s, tick_s), anchor);
  }
  return svg;
}

const char* colour_of_state(const std::string& state) {
  if (state == "ready") return green;
  if (state == "degraded") return red;
  return yellow;
}

std::string bar(double from, double to, double y, const char* colour, const std::string& title) {
  return fmt::format(
      "<rect x='{:.1f}' y='{:.0f}' width='{:.2f}' height='16' fill='{}'><title>{}</title></rect>",
      from, y, std::max(to - from, 1.0), colour, escaped(title));
}

std::string lane_of(const OfTool& t, const Report& r, double y) {
  std::string svg =
      text_at(0, y + 12, t.name.substr(0, 12)) + bar(left, width - 4, y, "#dfe7ee", t.name);
  for (const Span& g : t.gaps) {
    svg += bar(x_of(g.from_s, r), x_of(g.to_s, r), y, purple,
               fmt::format("{} from {:.1f} to {:.1f} s", g.what, g.from_s, g.to_s));
  }
  for (const OfStructure& s : t.structures) {
    for (const Breach& b : s.breaches) {
      svg += bar(x_of(b.from_s, r), x_of(b.from_s + b.duration_s, r), y, red,
                 fmt::format("in {} from {:.1f} s, {:.1f} mm deep", s.id, b.from_s, b.depth_mm));
    }
  }
  return svg;
}

const char* colour_of_event(const std::string& what) {
  if (what.starts_with("alarm")) return red;
  if (what.starts_with("registration")) return blue;
  if (what.find("tip check") != std::string::npos) return green;
  return ink;
}

std::string event_mark(const Span& e, const Report& r, double y) {
  return fmt::format(
      "<circle cx='{:.1f}' cy='{:.0f}' r='4' fill='{}'><title>{:.1f} s: {}</title></circle>",
      x_of(e.from_s, r), y + 8, colour_of_event(e.what), e.from_s, escaped(e.what));
}

std::string key(const char* colour, const char* meaning) {
  return fmt::format("<i class=key style='background:{}'></i>{}", colour, meaning);
}

}  // namespace

std::string timeline(const Report& r) {
  const double height = 84 + 24 * static_cast<double>(r.tools.size());
  std::string svg = begin_svg(width, height, "what happened when");
  svg += time_axis(r, 2, height - 18);
  svg += text_at(0, 18, "engine");
  for (const Span& s : r.states) {
    svg += bar(x_of(s.from_s, r), x_of(s.to_s, r), 6, colour_of_state(s.what),
               fmt::format("{} from {:.1f} to {:.1f} s", s.what, s.from_s, s.to_s));
  }
  double y = 30;
  for (const OfTool& t : r.tools) {
    svg += lane_of(t, r, y);
    y += 24;
  }
  svg += text_at(0, y + 12, "events");
  for (const Span& e : r.events) svg += event_mark(e, r, y);
  return svg + "</svg>\n<p class=q>engine:" + key(green, "ready") +
         key(yellow, "connecting, unregistered") + key(red, "degraded") +
         " &nbsp; tools:" + key("#dfe7ee", "seen") + key(purple, "not shown") +
         key(red, "inside a structure") + " &nbsp; events:" + key(red, "alarm") +
         key(blue, "registration") + key(green, "tip check") + key(ink, "device") + "</p>\n";
}

namespace {

// Millimetres to pixels, with a grid.
struct Scale {
  double low, high, top, bottom;
  [[nodiscard]] double y(double mm) const {
    return top + (bottom - top) * (high - std::clamp(mm, low, high)) / (high - low);
  }
  [[nodiscard]] std::string axis() const {
    std::string svg;
    const double tick = page::tick_of(high - low);
    for (double mm = std::ceil(low / tick) * tick; mm <= high; mm += tick) {
      svg += line(left, y(mm), width - 4, y(mm), grid);
      svg += text_at(left - 6, y(mm) + 4, fmt::format("{:g} mm", mm == 0 ? 0.0 : mm), "end");
    }
    return svg;
  }
};

Scale scale_of(const OfStructure& s) {
  Scale scale{0, 1, 8, 152};
  for (const Envelope::Piece& p : s.curve.pieces()) {
    if (!p.any) continue;
    scale.low = std::min(scale.low, p.band_low);
    scale.high = std::max(scale.high, std::min(p.band_high, far_mm));
  }
  return scale;
}

}  // namespace

std::string distance_curve(const OfStructure& s, const Report& r) {
  const Scale scale = scale_of(s);
  std::string svg = begin_svg(width, 172, "distance of the tip to " + s.id + " over time");
  svg += scale.axis() + time_axis(r, scale.top, scale.bottom);
  for (std::size_t i = 0; i < s.curve.pieces().size(); ++i) {
    const Envelope::Piece& p = s.curve.pieces()[i];
    if (!p.any || p.band_low > scale.high) continue;
    const double from = x_of(s.curve.piece_s() * static_cast<double>(i), r);
    const double to = x_of(s.curve.piece_s() * static_cast<double>(i + 1), r);
    const auto strip = [&](double bottom, double top, const char* colour) {
      svg += fmt::format("<rect x='{:.2f}' y='{:.2f}' width='{:.2f}' height='{:.2f}' fill='{}'/>",
                         from, scale.y(top), std::max(to - from, 0.8),
                         std::max(scale.y(bottom) - scale.y(top), 1.0), colour);
    };
    strip(p.band_low, p.band_high, pale_blue);
    strip(p.low, p.high, p.low < 0 ? red : blue);
  }
  const auto margin = [&](double mm, const char* colour) {
    if (mm >= scale.high) return std::string();
    return line(left, scale.y(mm), width - 4, scale.y(mm),
                std::string(colour) + "' stroke-dasharray='5 4");
  };
  svg += margin(s.warn_mm, yellow) + margin(s.stop_mm, red);
  return svg + line(left, scale.y(0), width - 4, scale.y(0), red) + "</svg>\n";
}

std::string histogram(const Latency& l) {
  constexpr double wide = 420;
  constexpr double bottom = 64;
  if (l.bars.empty() || !(l.bars.back().to_ms > 0)) return "";
  // From the shortest to the longest, each four-fold step as wide as the next.
  const double first = std::log2(std::max(l.bars.front().from_ms, 1e-3));
  const double last = std::max(std::log2(l.bars.back().to_ms), first + 1);
  const auto x = [&](double ms) {
    return (wide - 8) * (std::log2(std::max(ms, 1e-3)) - first) / (last - first);
  };
  std::uint64_t most = 1;
  for (const Latency::Bar& b : l.bars) most = std::max(most, b.n);
  std::string svg = begin_svg(wide, 82, "how often it took how long");
  for (const Latency::Bar& b : l.bars) {
    const double high = std::max(1.0, 60 * static_cast<double>(b.n) / static_cast<double>(most));
    svg += fmt::format(
        "<rect x='{:.1f}' y='{:.1f}' width='{:.1f}' height='{:.1f}' fill='{}'>"
        "<title>{:.3g} to {:.3g} ms: {}</title></rect>",
        x(b.from_ms), bottom - high, std::max(x(b.to_ms) - x(b.from_ms) - 1, 1.0), high, blue,
        b.from_ms, b.to_ms, b.n);
  }
  svg += line(0, bottom, wide, bottom, "#9aa5b0");
  svg += text_at(0, 78, fmt::format("{:.3g} ms", l.bars.front().from_ms));
  return svg + text_at(wide, 78, fmt::format("{:.3g} ms", l.bars.back().to_ms), "end") + "</svg>\n";
}

std::string reached_picture(const Reached& q) {
  // The distances are lengths without a direction: rings, not points on a target.
  constexpr double middle = 64;
  const double most_mm = std::max({5.0, q.entry_mm, q.target_mm});
  const double px = 56 / most_mm;
  std::string svg = begin_svg(420, 130, "how far the axis passed from entry and target");
  const double tick_mm = page::tick_of(most_mm);
  for (double mm = tick_mm; mm <= most_mm; mm += tick_mm) {
    svg += fmt::format("<circle cx='{0}' cy='{0}' r='{1:.1f}' fill='none' stroke='{2}'/>", middle,
                       px * mm, grid);
  }
  const auto ring = [&](double mm, const char* colour) {
    return fmt::format(
        "<circle cx='{0}' cy='{0}' r='{1:.1f}' fill='none' stroke='{2}' stroke-width='2'/>", middle,
        std::max(px * mm, 1.0), colour);
  };
  svg += ring(q.entry_mm, yellow) + ring(q.target_mm, blue);
  svg += fmt::format("<circle cx='{0}' cy='{0}' r='2' fill='{1}'/>", middle, ink);
  svg += text_at(140, 44, "planned axis in the middle,");
  svg += text_at(140, 60, fmt::format("a grey ring every {:g} mm", tick_mm));
  svg += text_at(140, 82, fmt::format("yellow: {:.2f} mm off at the entry", q.entry_mm));
  return svg + text_at(140, 98, fmt::format("blue: {:.2f} mm off at the target", q.target_mm)) +
         "</svg>\n";
}

}  // namespace trocar::qa
