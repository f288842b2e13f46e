#pragma once
#include <string>

#include "tools/trocar/watch_model.hpp"

namespace trocar {

// How `trocar watch` shows what it knows. Pure: text out.
std::string watch_table(const WatchModel& model, const std::string& server, Timestamp now,
                        bool colours);
// One JSON object on one line, without the line end.
std::string watch_json(const WatchModel& model, const std::string& server, Timestamp now);

}  // namespace trocar
