#include "engine/session/chain.hpp"

#include <algorithm>

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

}  // namespace trocar
