#include "tools/qa/page.hpp"

#include <fmt/format.h>

#include <cmath>

namespace trocar::qa::page {
namespace {

constexpr const char* style = R"(
body{font:15px/1.45 system-ui,sans-serif;color:#1d2733;max-width:1000px;margin:24px auto;padding:0 16px}
h1{font-size:24px;margin:0 0 4px}h2{font-size:19px;margin:34px 0 8px;border-bottom:1px solid #d5dbe1}
h3{font-size:16px;margin:22px 0 4px}p{margin:6px 0}.q{color:#5b6875}
table{border-collapse:collapse;margin:8px 0}td,th{padding:3px 14px 3px 0;text-align:left;vertical-align:top}
th{color:#5b6875;font-weight:600}td.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
svg{display:block;margin:6px 0;max-width:100%}svg text{font:12px system-ui,sans-serif;fill:#5b6875}
.bad{color:#a3211b;font-weight:600}
.tiles{display:flex;flex-wrap:wrap;gap:10px;margin:16px 0}
.tile{border:1px solid #d5dbe1;border-radius:6px;padding:8px 14px;min-width:112px}
.tile b{display:block;font-size:21px;font-weight:600}.tile span{color:#5b6875;font-size:13px}
.tile.alert{border-color:#a3211b}.tile.alert b{color:#a3211b}
.key{display:inline-block;width:11px;height:11px;margin:0 5px 0 14px;border-radius:2px}
@media print{body{margin:0;max-width:none}h2{break-after:avoid}svg,.tile{break-inside:avoid}})";

}  // namespace

std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '<') {
      out += "&lt;";
    } else if (c == '&') {
      out += "&amp;";
    } else if (c == '"') {
      out += "&quot;";
    } else if (c == '\'') {
      out += "&#39;";
    } else {
      out += c;
    }
  }
  return out;
}

std::string head(const std::string& title) {
  const std::string name = escaped(title);
  return "<!doctype html>\n<html lang=en><meta charset=utf-8><meta name=viewport "
         "content='width=device-width'><title>" +
         name + "</title>\n<style>" + style + "</style>\n<h1>" + name + "</h1>\n";
}

std::string row(const std::string& name, const std::string& value) {
  return "<tr><th>" + name + "</th><td>" + value + "</td></tr>\n";
}

std::string tile(const std::string& figure, const std::string& name, bool bad) {
  return std::string("<div class='tile") + (bad ? " alert" : "") + "'><b>" + figure + "</b><span>" +
         name + "</span></div>\n";
}

std::string not_computable(const std::string& why) {
  return "<span class=q>not computable: " + escaped(why) + "</span>";
}

std::string line(double x1, double y1, double x2, double y2, const std::string& stroke) {
  return fmt::format("<line x1='{:.1f}' y1='{:.1f}' x2='{:.1f}' y2='{:.1f}' stroke='{}'/>", x1, y1,
                     x2, y2, stroke);
}

std::string text_at(double x, double y, const std::string& text, const char* anchor) {
  return fmt::format("<text x='{:.1f}' y='{:.1f}' text-anchor='{}'>{}</text>", x, y, anchor,
                     escaped(text));
}

std::string begin_svg(double width, double height, const std::string& what_it_shows) {
  return fmt::format(
      "<svg width='{0}' height='{1}' viewBox='0 0 {0} {1}' role=img aria-label='{2}'>", width,
      height, escaped(what_it_shows));
}

double tick_of(double span) {
  const double third = span / 3;
  if (!(third > 0)) return 1;
  const double power = std::pow(10, std::floor(std::log10(third)));
  const double digit = third / power;
  return (digit >= 5 ? 5 : digit >= 2 ? 2 : 1) * power;
}

}  // namespace trocar::qa::page
