#pragma once
#include <cstdint>
#include <optional>

#include "engine/session/mcap.hpp"
#include "engine/session/sha256.hpp"

namespace trocar {

// The chain over a session file: link n holds SHA-256(digest of link n - 1, every byte of the file
// between the two links). One link after the prologue and after each chunk. plain: one thread.
class Chain {
 public:
  void cover(mcap::Bytes bytes) { hash_.add(bytes); }
  // Ends the stretch covered so far and writes its link, which is itself not covered.
  void write_link(mcap::Writer& out);
  // Ends the stretch and compares: does `body`, of a chain_link record, continue the chain?
  bool check_link(mcap::Bytes body);
  [[nodiscard]] std::uint64_t links() const { return links_; }
  // Of the last link: the whole file up to there in 32 bytes.
  [[nodiscard]] const Digest& digest() const { return digest_; }

 private:
  void end_stretch();

  Sha256 hash_;
  Digest digest_{};
  std::uint64_t links_ = 0;
};

// Whether the first bytes of a chain link stand anywhere in these, with room for the rest of it. It
// is written last, so a piece that a killed program left holds none.
bool holds_link(mcap::Bytes bytes);
inline constexpr std::size_t link_record_bytes = mcap::record_head + 8 + sizeof(Digest);

}  // namespace trocar
