#include "tools/qa/time_axis.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "tools/qa/page.hpp"

namespace trocar::qa::picture {
namespace {

std::string clock_of(double at_s, double tick_s) {
  if (tick_s < 1) return fmt::format("{:.1f} s", at_s);
  if (tick_s < 60) return fmt::format("{:.0f} s", at_s);
  return fmt::format("{:.0f}:{:02.0f} min", std::floor(at_s / 60), std::fmod(at_s, 60));
}

}  // namespace

double x_of(double at_s, const Report& r) {
  const double share = r.duration_s > 0 ? (at_s - r.begins_s) / r.duration_s : 0;
  return left + (width - left - 4) * std::clamp(share, 0.0, 1.0);
}

std::string time_axis(const Report& r, double top, double bottom) {
  std::string svg;
  double tick_s = page::tick_of(r.duration_s);
  if (tick_s >= 60) tick_s = 60 * page::tick_of(r.duration_s / 60);
  const double first = std::ceil(r.begins_s / tick_s - 1e-6);
  for (int i = 0; i < 20; ++i) {
    const double at_s = (first + i) * tick_s;
    if (at_s > r.begins_s + r.duration_s) break;
    const double x = x_of(at_s, r);
    svg += page::line(x, top, x, bottom, grid);
    const char* anchor = x > width - 40 ? "end" : x < left + 20 ? "start" : "middle";
    svg += page::text_at(x, bottom + 14, clock_of(at_s, tick_s), anchor);
  }
  return svg;
}

}  // namespace trocar::qa::picture
