#pragma once
#include "engine/model/plan.hpp"
#include "engine/navigation/navigator_config.hpp"

namespace trocar::session::v1 {
class Limits;
class Plan;
}  // namespace trocar::session::v1

namespace trocar {

// The large parts of a session's set-up, each in a file of its own; session_setup puts them
// together. Nothing is checked here but that a message can be read at all: false when it cannot.
void put(const Plan& plan, session::v1::Plan& out);
bool take(const session::v1::Plan& in, Plan& out);

void put(const NavigatorConfig& config, session::v1::Limits& out);
NavigatorConfig config_of(const session::v1::Limits& in);

}  // namespace trocar
