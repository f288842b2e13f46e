#pragma once
#include <catch2/catch.hpp>
#include <string>

#include "engine/igtl/body_codec.hpp"
#include "tests/engine/igtl/bytes_for_test.hpp"
#include "tests/engine/igtl/largest_allocation.hpp"

// One body at a time, without the message around it.
namespace trocar::igtl {

template <class B>
B read_whole(const Bytes& content) {
  B body;
  const Status status = read(Content(content.all), body);
  INFO((status ? "read" : status.error().detail));
  REQUIRE(status);
  return body;
}

template <class B>
Buffer written(const B& body) {
  Buffer out;
  ByteWriter w(out);
  put(w, body);
  return out;
}

// The reason why the content is no body of this kind. Whatever its size fields say, no piece of
// memory is asked for that its bytes could not fill: 16 times, because an entry of 6 bytes becomes
// a struct of 72.
template <class B>
std::string refusal_of(const Bytes& content) {
  B body;
  reset_largest_allocation();
  const Status status = read(Content(content.all), body);
  const std::size_t largest = largest_allocation();
  CHECK(largest <= 1024 + 16 * content.all.size());
  if (status) return "accepted";
  CHECK(status.error().code == Code::malformed);
  CHECK(status.error().detail.starts_with("expected "));
  CHECK(status.error().detail.find(", found ") != std::string::npos);
  return status.error().detail;
}

template <class B>
bool refuses(const Bytes& content) {
  return refusal_of<B>(content) != "accepted";
}

// No piece of a sound content, from its beginning, is taken for the whole.
template <class B>
void check_each_cut_is_refused(const Bytes& content) {
  for (std::size_t size = 0; size < content.all.size(); ++size) {
    INFO(size << " of " << content.all.size() << " bytes");
    CHECK(refuses<B>(
        Bytes{Buffer(content.all.begin(), content.all.begin() + static_cast<long>(size))}));
  }
}

}  // namespace trocar::igtl
