#pragma once
#include <algorithm>
#include <chrono>
#include <span>

#include "engine/base/ring.hpp"
#include "engine/data/image_frame.hpp"
#include "engine/data/raw_piece.hpp"

namespace trocar {

// What a source leaves for the recorder: nothing of it may be missing. hand-over: the source's
// thread writes, the recorder's reads.
class RecordTap {
 public:
  Ring<RawPiece, 1024> raw;
  Ring<ImageFrame, 64> images;

  // Bytes of one read. A tracker that is asked at every turn of a loop whether there is something
  // new says the same short no forty thousand times a second: repeats are counted, and told when
  // something else comes or after a while.
  void keep(Timestamp received, std::span<const std::byte> bytes) {
    constexpr Duration told_every = std::chrono::milliseconds(20);
    if (std::ranges::equal(last_.bytes, bytes) && received - told_ < told_every) {
      ++last_.repeats;
      last_.received = received;
      return;
    }
    flush();
    told_ = received;
    while (!bytes.empty()) {
      const std::size_t n = std::min(bytes.size(), RawPiece::capacity);
      last_.received = received;
      last_.bytes.assign(bytes.first(n));
      bytes = bytes.subspan(n);
      last_.continues = !bytes.empty();
      raw.push(last_);
    }
  }

  // The repeats that were not told yet.
  void flush() {
    if (last_.repeats > 0) raw.push(last_);
    last_.repeats = 0;
  }

 private:
  RawPiece last_;  // of the writer
  Timestamp told_{};
};

}  // namespace trocar
