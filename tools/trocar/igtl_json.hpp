#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "engine/igtl/message.hpp"

namespace trocar {

// What a message carries, for a person and for programs. With `full` every pixel, point and value;
// else their count. A number that is not finite becomes null.
nlohmann::ordered_json json_of(const igtl::Body& body, bool full);

// Why navigation would not use what a sound message says: a matrix that is no rotation to 1e-3, a
// number that is not finite. Empty when there is nothing against it.
std::string objection_to(const igtl::Body& body);

// The same of a quaternion that is not of length 1 to 1e-3. It still names a rotation (the
// reference library's own example has 1.026), so the message is not refused; navigation does not
// use it.
std::string doubt_about(const igtl::Body& body);

}  // namespace trocar
