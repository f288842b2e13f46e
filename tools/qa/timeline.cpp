#include "tools/qa/timeline.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "tools/qa/page.hpp"
#include "tools/qa/time_axis.hpp"

namespace trocar::qa {
namespace {

using namespace picture;
using page::escaped;
using page::text_at;

constexpr double lane_px = 16;
constexpr const char* pale = "#dfe7ee";
using Colours = std::array<const char*, 4>;
constexpr Colours of_states{yellow, yellow, green, red};            // by EngineState
constexpr Colours of_tracked{purple, pale_blue, nullptr, nullptr};  // by Tracked::Lane
constexpr Colours of_shown{purple, pale, pale_green, red};          // by Shown::Lane

std::string rect(double from, double to, double y, double high, const char* colour) {
  return fmt::format("<rect x='{:.2f}' y='{:.1f}' width='{:.2f}' height='{:.1f}' fill='{}'/>", from,
                     y, std::max(to - from, 0.8), high, colour);
}

// What a piece of the time was, one above the other, each as high as its share; what was there at
// all is seen.
std::string stack(const Strip::Piece& piece, double from, double to, double y,
                  const Colours& colours) {
  constexpr double least_px = 2;
  double all_s = 0;
  for (const double s : piece) all_s += s;
  std::string svg;
  double top = y;
  for (std::size_t k = 0; k < piece.size(); ++k) {
    if (!(piece.at(k) > 0)) continue;
    const double high = std::max(lane_px * piece.at(k) / all_s, least_px);
    const double bottom = std::min(top + high, y + lane_px);
    svg += rect(from, to, std::min(top, y + lane_px - least_px), std::max(bottom - top, least_px),
                colours.at(k));
    top = bottom;
  }
  return svg;
}

// The only one that was there, or 4.
std::size_t only(const Strip::Piece& piece) {
  std::size_t found = piece.size();
  for (std::size_t k = 0; k < piece.size(); ++k) {
    if (!(piece.at(k) > 0)) continue;
    if (found != piece.size()) return piece.size();
    found = k;
  }
  return found;
}

// Pieces that are all the same become one.
std::string lane(const Strip& strip, const Report& r, double y, const Colours& colours) {
  const auto& pieces = strip.pieces();
  const auto x = [&](std::size_t i) {
    return x_of(strip.from_s() + strip.piece_s() * static_cast<double>(i), r);
  };
  std::string svg;
  for (std::size_t i = 0; i < pieces.size();) {
    std::size_t next = i + 1;
    const std::size_t one = only(pieces[i]);
    while (one < 4 && next < pieces.size() && only(pieces[next]) == one) ++next;
    svg += stack(pieces[i], x(i), x(next), y, colours);
    i = next;
  }
  return svg;
}

// Says what it is under the pointer; the lane below shows.
std::string hint(double from_s, double to_s, const Report& r, double y, const std::string& what) {
  return fmt::format(
      "<rect x='{:.2f}' y='{:.0f}' width='{:.2f}' height='{:.0f}' fill='transparent'><title>{} "
      "from {:.1f} to {:.1f} s</title></rect>",
      x_of(from_s, r), y, std::max(x_of(to_s, r) - x_of(from_s, r), 1.0), lane_px, escaped(what),
      from_s, to_s);
}

std::string hints(const std::vector<Span>& spans, const Report& r, double y) {
  std::string svg;
  for (const Span& s : spans) svg += hint(s.from_s, s.to_s, r, y, s.what);
  return svg;
}

// Whole letters, as many as there is room for.
std::string shortened(const std::string& name) {
  std::size_t end = std::min<std::size_t>(name.size(), 12);
  while (end > 0 && end < name.size() && (static_cast<unsigned char>(name[end]) & 0xC0U) == 0x80U) {
    --end;
  }
  return name.substr(0, end);
}

std::string tracked_lane(const std::string& name, const Tracked& t, const Report& r, double y) {
  return text_at(0, y + 12, shortened(name) + " tracked") + lane(t.lane, r, y, of_tracked) +
         hints(t.gaps.first(), r, y);
}

std::string shown_lane(const OfTool& t, const Report& r, double y) {
  std::string svg = text_at(0, y + 12, shortened(t.name) + " shown") +
                    lane(t.shown.lane, r, y, of_shown) + hints(t.shown.gaps.first(), r, y);
  for (const OfStructure& s : t.structures) {
    for (const Breach& b : s.inside.first()) {
      svg += hint(b.from_s, b.from_s + b.duration_s, r, y,
                  fmt::format("in {}, {:.1f} mm deep,", s.id, b.depth_mm));
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

std::string keys(const Report& r) {
  std::string html = "<p class=q>engine:" + key(green, "ready") +
                     key(yellow, "connecting, unregistered") + key(red, "degraded") +
                     "<br>tracked:" + key(pale_blue, "seen by the tracker") +
                     key(purple, "missing") + "<br>shown:" + key(pale, "with numbers") +
                     key(purple, "withheld") + key(pale_green, "in the target") +
                     key(red, "inside a critical structure") + "<br>events:" + key(red, "alarm") +
                     key(blue, "registration") + key(green, "tip check") + key(ink, "device");
  if (r.events.left_out() > 0) {
    html += fmt::format(", the first {}", r.events.first().size());
  }
  return html + "<br>Where a lane is empty nothing was reported or said.</p>\n";
}

}  // namespace

std::string timeline(const Report& r) {
  const auto lanes = static_cast<double>(r.references.size() + 2 * r.tools.size());
  const double height = 84 + 24 * lanes;
  std::string svg = page::begin_svg(width, height, "what happened when");
  svg += time_axis(r, 2, height - 18);
  svg += text_at(0, 18, "engine") + lane(r.state_lane, r, 6, of_states) +
         hints(r.states.first(), r, 6);
  double y = 30;
  for (const OfReference& one : r.references) {
    svg += tracked_lane(one.name, one.tracked, r, y);
    y += 24;
  }
  for (const OfTool& t : r.tools) {
    svg += tracked_lane(t.name, t.tracked, r, y) + shown_lane(t, r, y + 24);
    y += 48;
  }
  svg += text_at(0, y + 12, "events");
  for (const Span& e : r.events.first()) svg += event_mark(e, r, y);
  return svg + "</svg>\n" + keys(r);
}

}  // namespace trocar::qa
