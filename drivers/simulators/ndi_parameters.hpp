#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "drivers/simulators/ndi_scenario.hpp"

namespace trocar {

// The user parameters of the device: GET, GETINFO, SET; and what VER and APIREV answer. Each gives
// the text of a reply without CRC. plain: one thread.
class NdiParameters {
 public:
  explicit NdiParameters(const ScenarioDevice& device);

  [[nodiscard]] std::string get(std::string_view pattern) const;
  [[nodiscard]] std::string get_info(std::string_view pattern) const;
  std::string set(std::string_view assignment);
  [[nodiscard]] std::string version(std::string_view params) const;  // VER

  [[nodiscard]] double number(std::string_view name) const;

 private:
  struct Parameter {
    std::string name;
    std::string value;
    bool writable = false;
    double min = 0;
    double max = 0;
    std::string_view meaning;
  };
  [[nodiscard]] std::vector<const Parameter*> matching(std::string_view pattern) const;

  ScenarioDevice device_;
  std::vector<Parameter> parameters_;
};

}  // namespace trocar
