#include "drivers/dicom_request.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <vector>

namespace trocar {

namespace {

constexpr int head_bytes = 6;                     // type, reserved, length: big endian
constexpr std::uint32_t most_bytes = 32U << 10U;  // 128 presentation contexts take 10 KiB

// Sleeps until so many bytes wait (SO_RCVLOWAT), the peer has closed, or the time is over.
std::optional<DicomRefusal> await_bytes(int socket, int count,
                                        std::chrono::steady_clock::time_point end) {
  ::setsockopt(socket, SOL_SOCKET, SO_RCVLOWAT, &count, sizeof count);
  const auto left =
      std::chrono::duration_cast<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
  pollfd waiting{socket, POLLIN | POLLRDHUP, 0};
  const int ready = ::poll(&waiting, 1, std::max(static_cast<int>(left.count()), 0));
  const int one = 1;
  ::setsockopt(socket, SOL_SOCKET, SO_RCVLOWAT, &one, sizeof one);
  if (ready == 0) return DicomRefusal::request_too_slow;
  std::vector<char> there(static_cast<std::size_t>(count));
  const ssize_t got = ::recv(socket, there.data(), there.size(), MSG_PEEK | MSG_DONTWAIT);
  if (got < count) return DicomRefusal::aborted;
  return std::nullopt;
}

}  // namespace

std::optional<DicomRefusal> await_association_request(int socket, Duration within) {
  const auto end = std::chrono::steady_clock::now() + within;
  // The first byte tells a stranger at once; what is no DICOM need not send six.
  if (const auto why = await_bytes(socket, 1, end)) return why;
  std::array<unsigned char, head_bytes> head{};
  if (::recv(socket, head.data(), 1, MSG_PEEK) != 1) return DicomRefusal::aborted;
  constexpr unsigned char associate_request = 1;
  if (head[0] != associate_request) return DicomRefusal::not_dicom;
  if (const auto why = await_bytes(socket, head_bytes, end)) return why;
  if (::recv(socket, head.data(), head.size(), MSG_PEEK) != head_bytes)
    return DicomRefusal::aborted;
  std::uint32_t length = 0;
  for (std::size_t k = 2; k < head.size(); ++k) length = length << 8U | head[k];
  if (length > most_bytes) return DicomRefusal::not_dicom;
  return await_bytes(socket, head_bytes + static_cast<int>(length), end);
}

}  // namespace trocar
