#pragma once
#include <cassert>
#include <string>
#include <utility>
#include <variant>

namespace trocar {

enum class Code {
  timeout,
  disconnected,
  malformed,     // bytes or text that do not follow their format
  crc_mismatch,  // complete, but damaged on the way
  unsupported,
  out_of_range,
  not_found,
  not_converged,
  ambiguous,     // more than one answer explains the data
  inconsistent,  // inputs contradict each other
  config,
  device,  // the device itself answered with an error
  io,
};

// What was expected, what came, from whom: one line a person can act on.
struct Error {
  Code code;
  std::string detail;
};

// A value, or why there is none. Expected failures (I/O, parsing, registration) come back this way.
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : held_(std::move(value)) {}      // NOLINT(google-explicit-constructor)
  Result(Error error) : held_(std::move(error)) {}  // NOLINT(google-explicit-constructor)

  explicit operator bool() const { return held_.index() == 0; }
  // Only when true.
  [[nodiscard]] const T& value() const& { return assert(*this), std::get<0>(held_); }
  [[nodiscard]] T& value() & { return assert(*this), std::get<0>(held_); }
  [[nodiscard]] T&& value() && { return assert(*this), std::get<0>(std::move(held_)); }
  // Only when false.
  [[nodiscard]] const Error& error() const { return assert(!*this), std::get<1>(held_); }

 private:
  std::variant<T, Error> held_;
};

struct Done {};  // Result<Done>: it worked, and there is nothing to say
using Status = Result<Done>;

}  // namespace trocar
