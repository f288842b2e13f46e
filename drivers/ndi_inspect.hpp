#pragma once
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.hpp"

// Decodes recorded traffic of a tracker for support staff.
namespace trocar {

// One tracking reply as text. fields: per handle "HH OK q0 qx qy qz tx ty tz error ps=X fr=N",
// "HH MISS ps=X fr=N", then "sys=X", joined by '|'; disabled handles are left out. strays:
// "x,y,z;x,y,z", mm.
struct NdiInspectLine {
  std::string file;
  std::size_t index = 0;  // counts the listed replies of the file from 0
  std::string command;    // as recorded; "?TX:0001" where it was not recorded but worked out
  std::string reply_hex;
  std::string fields;
  std::string strays;

  [[nodiscard]] std::string tab_separated() const;
};

struct NdiInspection {
  std::size_t listed = 0;
  std::size_t refused = 0;           // replies to tracking commands that were not listed
  std::vector<std::string> remarks;  // why, at most the first 100
};

// `content` is a captured log (per line: number, time or -, C or R, length, CRC verdict, hex) or
// raw received bytes, with or without the commands between them. In raw bytes a reply whose command
// is not there is tried with the common options of TX and BX and with BX2; the first that explains
// every byte is taken and marked with '?'. Lines that are no traffic are remarked, never fatal.
// Error: the content holds nothing that looks like traffic.
Result<NdiInspection> inspect_ndi(std::string_view content, std::string_view file_name,
                                  const std::function<void(const NdiInspectLine&)>& give);

}  // namespace trocar
