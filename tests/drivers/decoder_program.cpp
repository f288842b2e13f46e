#include <unistd.h>

#include <cstdlib>
#include <string>

#include "drivers/series_decoder.hpp"

// What `trocar decode-series` is, without the rest of trocar: the other process of the tests here.
// Arguments as drivers/series_decoder.cpp gives them. A first word "hang", "die" or "lie" makes it
// a decoder that something is wrong with.
int main(int argc, char** argv) {
  const std::string mood = argc > 1 ? argv[1] : "";
  if (mood == "hang") {
    for (;;) pause();
  }
  if (mood == "die") std::abort();
  if (mood == "lie") {
    const std::string report = R"({"geometry":{"size":[100,100,100],"spacing_mm":[1,1,1],)"
                               R"("origin_mm":[0,0,0],"direction":[1,0,0,0,1,0,0,0,1]}})";
    return ::write(1, report.data(), report.size()) > 0 ? 0 : 1;
  }
  if (argc != 10) return 2;
  const trocar::ProcessLimits limits{std::stoul(argv[2]), std::chrono::seconds(std::stol(argv[4])),
                                     std::stoul(argv[6])};
  return trocar::run_decoder(argv[9], limits, std::stoi(argv[8]));
}
