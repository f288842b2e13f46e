#include "drivers/driver_table.hpp"

#include <array>

#include "drivers/igtl_source.hpp"
#include "drivers/ndi_driver.hpp"

namespace trocar {
namespace {

using Make = std::unique_ptr<Source> (*)(const ConfigReader&, std::span<const ToolEntry>);

struct Row {
  std::string_view name;
  Make make;
};

std::unique_ptr<Source> make_ndi(const ConfigReader& in, std::span<const ToolEntry> tools) {
  return make_ndi_driver(read_ndi(in), read_ndi_tools(tools));
}

std::unique_ptr<Source> make_igtl(const ConfigReader& in, std::span<const ToolEntry> tools) {
  return make_igtl_source(read_igtl_source(in, tools));
}

constexpr std::array table{
    Row{"ndi", make_ndi},
    Row{"igtl", make_igtl},
};

}  // namespace

std::unique_ptr<Source> make_source(std::string_view driver, const ConfigReader& in,
                                    std::span<const ToolEntry> tools) {
  for (const Row& row : table) {
    if (row.name == driver) return row.make(in, tools);
  }
  std::string known;
  for (const Row& row : table) known += (known.empty() ? "" : ", ") + std::string(row.name);
  in.fail("driver", "one of " + known, driver);
}

std::vector<std::string_view> driver_names() {
  std::vector<std::string_view> names;
  names.reserve(std::size(table));
  for (const Row& row : table) names.push_back(row.name);
  return names;
}

}  // namespace trocar
