#pragma once
#include <array>
#include <cstddef>
#include <memory>
#include <span>
#include <string>

namespace trocar {

using Digest = std::array<std::byte, 32>;
std::string hex_of(const Digest& digest);

// SHA-256 (FIPS 180-4), fed piece by piece. plain: one thread.
class Sha256 {
 public:
  Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;
  ~Sha256();
  void add(std::span<const std::byte> bytes);
  // Of all that was added; then it begins anew.
  Digest finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace trocar
