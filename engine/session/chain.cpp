#include "engine/session/chain.hpp"

#include <algorithm>
#include <array>

namespace trocar {

void Chain::end_stretch() {
  digest_ = hash_.finish();
  hash_.add(digest_);
  ++links_;
}

void Chain::write_link(mcap::Writer& out) {
  const std::uint64_t number = links_;
  end_stretch();
  const std::size_t begun = out.begin(mcap::Opcode::chain_link);
  out.u64(number);
  out.raw(digest_);
  out.end(begun);
}

bool Chain::check_link(mcap::Bytes body) {
  const std::uint64_t number = links_;
  end_stretch();
  mcap::Reader in(body);
  return in.u64() == number && std::ranges::equal(in.rest(), digest_);
}

bool holds_link(mcap::Bytes bytes) {
  static constexpr std::size_t body = link_record_bytes - mcap::record_head;
  static constexpr std::array head{static_cast<std::byte>(mcap::Opcode::chain_link),
                                   std::byte{body},
                                   std::byte{0},
                                   std::byte{0},
                                   std::byte{0},
                                   std::byte{0},
                                   std::byte{0},
                                   std::byte{0},
                                   std::byte{0}};
  static_assert(head.size() == mcap::record_head);
  if (bytes.size() < link_record_bytes) return false;
  const mcap::Bytes heads = bytes.first(bytes.size() - body);
  return std::search(heads.begin(), heads.end(), head.begin(), head.end()) != heads.end();
}

}  // namespace trocar
