#pragma once

namespace CLI {
class App;
}

namespace trocar {

// `trocar receive`: the DICOM receiver alone. And the hidden `decode-series`, which it runs for
// each series: drivers/series_decoder.hpp.
void add_receive(CLI::App& app, int& exit_code);

}  // namespace trocar
