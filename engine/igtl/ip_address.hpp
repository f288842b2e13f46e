#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.hpp"

namespace trocar {

// An IPv4 or IPv6 address in 16 bytes; IPv4 as ::ffff:a.b.c.d, so that a peer is the same whichever
// way it came in. Plain.
struct IpAddress {
  std::array<std::uint8_t, 16> bytes{};

  // Without zone. Error: malformed.
  static Result<IpAddress> parse(const std::string& text);
  [[nodiscard]] bool is_v4() const;
  [[nodiscard]] bool is_loopback() const;
  [[nodiscard]] std::string text() const;
  friend bool operator==(const IpAddress&, const IpAddress&) = default;
};

// Addresses that share their first bits: "10.1.0.0/16", "fd00::/8", or one address.
struct IpRange {
  IpAddress first;
  unsigned bits = 128;  // of the 16 bytes

  // Error: malformed: no address, a prefix beyond 32 or 128, or bits set behind it.
  static Result<IpRange> parse(const std::string& text);
  [[nodiscard]] bool holds(const IpAddress& address) const;
};

bool holds(std::span<const IpRange> ranges, const IpAddress& address);

}  // namespace trocar
