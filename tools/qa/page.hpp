#pragma once
#include <string>
#include <variant>

#include "tools/qa/computed.hpp"

// What our pages share: they are one file each, load nothing, and print on paper.
namespace trocar::qa::page {

// Text of others, so that it cannot write into the page.
std::string escaped(const std::string& text);
// Up to the heading, which is `title`.
std::string head(const std::string& title);
std::string row(const std::string& name, const std::string& value);
// A figure that stands out, with its name under it; `bad`: a person should look.
std::string tile(const std::string& figure, const std::string& name, bool bad = false);
std::string not_computable(const std::string& why);
// A line of an SVG picture from (x1, y1) to (x2, y2).
std::string line(double x1, double y1, double x2, double y2, const std::string& stroke);
std::string text_at(double x, double y, const std::string& text, const char* anchor = "start");
std::string begin_svg(double width, double height, const std::string& what_it_shows);
// The greatest of 1, 2, 5 times a power of ten that cuts `span` into at least 3 pieces.
double tick_of(double span);

template <class T, class F>
std::string maybe(const Computed<T>& value, F text) {
  if (const auto* no = std::get_if<NotComputable>(&value)) return not_computable(no->why);
  return text(std::get<T>(value));
}

}  // namespace trocar::qa::page
