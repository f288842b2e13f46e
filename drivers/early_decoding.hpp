#pragma once
#include <filesystem>
#include <string>
#include <thread>

#include "drivers/series_decoder.hpp"
#include "drivers/series_inbox.hpp"
#include "engine/base/signal.hpp"

namespace trocar {

// Decodes a series that looks whole while one still waits for more of it, and throws the outcome
// away when more came. At most one at a time; a series that goes on coming is tried a few times
// only. plain: one thread calls, the decoding waits in another.
class EarlyDecoding {
 public:
  explicit EarlyDecoding(DecoderConfig config);
  EarlyDecoding(const EarlyDecoding&) = delete;
  EarlyDecoding& operator=(const EarlyDecoding&) = delete;
  ~EarlyDecoding();

  // What rests now: begins with it, goes on with it, or ends what it had begun with.
  void follow(const std::optional<RestingSeries>& resting);
  // The reading of a series that has closed: what was begun early when that is still all of it,
  // else from the start. Blocks as decode_series does; `stop` as there.
  SeriesReading read(const std::filesystem::path& folder, std::size_t objects, int stop);
  // Of a series that closed and is not read.
  void forget(const std::filesystem::path& folder);

 private:
  void begin(const RestingSeries& series);
  void end();

  const DecoderConfig config_;
  RestingSeries of_{};  // what goes on; no folder: nothing
  std::filesystem::path tried_{};
  int tries_ = 0;  // of the folder tried last
  Signal give_up_, done_;
  SeriesReading reading_;  // the thread's until it is joined
  std::thread thread_;
};

}  // namespace trocar
