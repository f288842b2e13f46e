#include "engine/igtl/ip_address.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>

namespace trocar {
namespace {

constexpr std::array<std::uint8_t, 12> v4_prefix = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
constexpr unsigned v4_bits = 32;
constexpr unsigned all_bits = 128;

bool same_bits(const IpAddress& a, const IpAddress& b, unsigned bits) {
  for (unsigned k = 0; k < bits; k += 8) {
    const unsigned here = std::min(8U, bits - k);
    const auto mask = static_cast<std::uint8_t>(0xFF00U >> here);
    if (((a.bytes[k / 8] ^ b.bytes[k / 8]) & mask) != 0) return false;
  }
  return true;
}

// The address with zeros behind its first bits.
IpAddress first_of(const IpAddress& a, unsigned bits) {
  IpAddress first;
  for (unsigned k = 0; k < bits; k += 8) {
    const unsigned here = std::min(8U, bits - k);
    first.bytes[k / 8] = static_cast<std::uint8_t>(a.bytes[k / 8] & (0xFF00U >> here));
  }
  return first;
}

}  // namespace

Result<IpAddress> IpAddress::parse(const std::string& text) {
  IpAddress a;
  std::array<std::uint8_t, 4> v4{};
  if (inet_pton(AF_INET, text.c_str(), v4.data()) == 1) {
    std::copy(v4_prefix.begin(), v4_prefix.end(), a.bytes.begin());
    std::copy(v4.begin(), v4.end(), a.bytes.begin() + v4_prefix.size());
    return a;
  }
  if (inet_pton(AF_INET6, text.c_str(), a.bytes.data()) == 1) return a;
  return Error{Code::malformed, "expected an IP address, found '" + text + "'"};
}

bool IpAddress::is_v4() const {
  return std::equal(v4_prefix.begin(), v4_prefix.end(), bytes.begin());
}

bool IpAddress::is_loopback() const {
  if (is_v4()) return bytes[v4_prefix.size()] == 127;
  IpAddress one;
  one.bytes.back() = 1;
  return *this == one;
}

std::string IpAddress::text() const {
  std::array<char, INET6_ADDRSTRLEN> out{};
  const bool v4 = is_v4();
  inet_ntop(v4 ? AF_INET : AF_INET6, bytes.data() + (v4 ? v4_prefix.size() : 0), out.data(),
            out.size());
  return out.data();
}

Result<IpRange> IpRange::parse(const std::string& text) {
  const Error wrong{Code::malformed,
                    "expected an address or range such as 10.1.0.0/16, found '" + text + "'"};
  const auto slash = text.find('/');
  const auto address = IpAddress::parse(text.substr(0, slash));
  if (!address) return wrong;
  const unsigned width = text.find(':') == std::string::npos ? v4_bits : all_bits;
  unsigned prefix = width;
  if (slash != std::string::npos) {
    const char* end = text.data() + text.size();
    const auto read = std::from_chars(text.data() + slash + 1, end, prefix);
    if (read.ec != std::errc() || read.ptr != end || prefix > width) return wrong;
  }
  IpRange range{address.value(), all_bits - width + prefix};
  const IpAddress first = first_of(range.first, range.bits);
  if (first == range.first) return range;
  return Error{Code::malformed, "expected zeros behind the prefix (" + first.text() + "/" +
                                    std::to_string(prefix) + "), found '" + text + "'"};
}

bool IpRange::holds(const IpAddress& address) const { return same_bits(first, address, bits); }

bool holds(std::span<const IpRange> ranges, const IpAddress& address) {
  return std::any_of(ranges.begin(), ranges.end(),
                     [&](const IpRange& r) { return r.holds(address); });
}

}  // namespace trocar
