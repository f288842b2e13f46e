#pragma once
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <thread>

#include "tools/bench/igtl_stage.hpp"

// The same jobs done by Debian's libopenigtlink 1.11, the way its own examples do them.
namespace trocar::bench {

// A server that sends to its clients one after the other, from one thread.
class LibraryServer {
 public:
  explicit LibraryServer(std::size_t clients);
  LibraryServer(const LibraryServer&) = delete;
  LibraryServer& operator=(const LibraryServer&) = delete;
  ~LibraryServer();

  [[nodiscard]] std::uint16_t port() const;
  // Waits until so many clients are there.
  void accept(std::size_t clients);
  void play(const Schedule& schedule, bool one_message);
  [[nodiscard]] std::size_t bytes_per_pose() const;
  // Ends the connections.
  void close();

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

// A client with the library's socket and messages, CRC checked, on its own thread.
class LibraryReader {
 public:
  LibraryReader(std::uint16_t port, bool one_message, OurReader::OnPose on_pose,
                Clock::duration each = Clock::duration(0));
  LibraryReader(const LibraryReader&) = delete;
  LibraryReader& operator=(const LibraryReader&) = delete;
  ~LibraryReader();

 private:
  std::atomic<bool> ended_{false};
  std::thread thread_;
};

// Seconds for one Pack() of a square IMAGE of 16 bit with its pixels copied in, and for one CRC of
// its body.
double library_pack_s(std::size_t side);
double library_crc_s(const std::vector<std::byte>& bytes);

}  // namespace trocar::bench
