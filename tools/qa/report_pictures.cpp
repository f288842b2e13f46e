#include "tools/qa/report_pictures.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "tools/qa/page.hpp"
#include "tools/qa/time_axis.hpp"

namespace trocar::qa {
namespace {

using namespace picture;
using page::begin_svg;
using page::line;
using page::text_at;

constexpr double far_mm = 60;  // beyond it a curve is not drawn

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
    const double from = x_of(s.curve.from_s() + s.curve.piece_s() * static_cast<double>(i), r);
    const double to = x_of(s.curve.from_s() + s.curve.piece_s() * static_cast<double>(i + 1), r);
    const auto strip = [&](double bottom, double top, const char* colour) {
      svg += fmt::format("<rect x='{:.2f}' y='{:.2f}' width='{:.2f}' height='{:.2f}' fill='{}'/>",
                         from, scale.y(top), std::max(to - from, 0.8),
                         std::max(scale.y(bottom) - scale.y(top), 1.0), colour);
    };
    strip(p.band_low, p.band_high, pale_blue);
    strip(p.low, p.high, p.low >= 0 ? blue : s.is_target ? green : red);
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
