#include "drivers/early_decoding.hpp"

#include <poll.h>

#include <array>
#include <utility>

namespace trocar {

namespace {

// A scanner that opens an association for each object and pauses between them looks whole often.
constexpr int most_tries = 3;

}  // namespace

EarlyDecoding::EarlyDecoding(DecoderConfig config) : config_(std::move(config)) {}

EarlyDecoding::~EarlyDecoding() { end(); }

void EarlyDecoding::follow(const std::optional<RestingSeries>& resting) {
  if (resting && *resting == of_) return;
  end();
  if (!resting) return;
  tries_ = resting->folder == tried_ ? tries_ + 1 : 1;
  tried_ = resting->folder;
  if (tries_ <= most_tries) begin(*resting);
}

void EarlyDecoding::begin(const RestingSeries& series) {
  of_ = series;
  give_up_.drain();
  done_.drain();
  thread_ = std::thread([this, folder = series.folder] {
    reading_ = decode_series(folder, config_, give_up_.fd());
    done_.notify();
  });
}

void EarlyDecoding::end() {
  if (thread_.joinable()) {
    give_up_.notify();
    thread_.join();
  }
  reading_ = {};
  of_ = {};
}

SeriesReading EarlyDecoding::read(const std::filesystem::path& folder, std::size_t objects,
                                  int stop) {
  if (of_ != RestingSeries{folder, objects}) {
    end();  // one decoder at a time
    return decode_series(folder, config_, stop);
  }
  std::array<pollfd, 2> either{pollfd{done_.fd(), POLLIN, 0}, pollfd{stop, POLLIN, 0}};
  while (::poll(either.data(), either.size(), -1) < 0) continue;  // a signal of the process
  if (either[0].revents == 0) give_up_.notify();
  thread_.join();
  SeriesReading out = std::exchange(reading_, {});
  of_ = {};
  return out;
}

void EarlyDecoding::forget(const std::filesystem::path& folder) {
  if (of_.folder == folder) end();
}

}  // namespace trocar
