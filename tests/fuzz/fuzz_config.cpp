#include <cstdint>
#include <cstdlib>
#include <functional>
#include <string>
#include <string_view>

#include "drivers/ndi_config.hpp"
#include "drivers/simulators/ndi_scenario.hpp"
#include "engine/base/config_reader.hpp"
#include "engine/navigation/navigator_config.hpp"

// A configuration file: read completely, or refused with a ConfigError, which is one line. It is
// read as what it says it is, and as everything else.
namespace {

using trocar::ConfigReader;

void read(std::string_view text, const std::function<void(const ConfigReader&)>& as) {
  try {
    const ConfigReader in = ConfigReader::parse(text, "f.toml");
    as(in);
    in.finish();
  } catch (const trocar::ConfigError& e) {
    if (std::string_view(e.what()).find('\n') != std::string_view::npos) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  read(text, [](const ConfigReader& in) { (void)trocar::read_ndi(in.table("tracker")); });
  read(text, [](const ConfigReader& in) { (void)trocar::read_navigator(in.table("navigator")); });
  read(text, [](const ConfigReader& in) { (void)trocar::read_ndi_scenario(in); });
  return 0;
}
