#pragma once
#include <string>

namespace trocar {

// JSON as text, on one line without an indent. Names of files or of DICOM objects need not be
// UTF-8; what is not becomes the replacement character, so that no report fails for it.
template <class Json>
std::string json_text(const Json& json, int indent = -1) {
  return json.dump(indent, ' ', false, Json::error_handler_t::replace);
}

}  // namespace trocar
