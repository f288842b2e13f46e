#include "engine/data/event.hpp"

#include <algorithm>

namespace trocar {

std::string_view to_string(Link link) {
  switch (link) {
    case Link::connecting:
      return "connecting";
    case Link::tracking:
      return "tracking";
    case Link::lost:
      return "lost";
  }
  return "?";
}

std::string_view to_string(Severity severity) {
  switch (severity) {
    case Severity::event:
      return "event";
    case Severity::alert:
      return "alert";
    case Severity::fault:
      return "fault";
  }
  return "?";
}

std::string_view to_string(Recording recording) {
  switch (recording) {
    case Recording::off:
      return "off";
    case Recording::on:
      return "on";
    case Recording::lost:
      return "lost";
  }
  return "?";
}

std::string_view reason_word(std::string_view reason) {
  const std::size_t end = reason.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_");
  const bool word = end != 0 && reason.substr(std::min(end, reason.size())).starts_with(": ");
  return word ? reason.substr(0, end) : "other";
}

std::string_view to_string(Imaging imaging) {
  switch (imaging) {
    case Imaging::none:
      return "none";
    case Imaging::receiving:
      return "receiving";
    case Imaging::registering:
      return "registering";
    case Imaging::refused:
      return "refused";
  }
  return "?";
}

}  // namespace trocar
