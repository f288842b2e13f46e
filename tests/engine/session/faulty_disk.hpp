#pragma once
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <thread>
#include <vector>

#include "engine/session/append_file.hpp"

// A disk that loses what was not synced, fills up, fails or hangs.
namespace trocar::test {

struct Disk {
  std::vector<char> content;
  std::size_t synced = 0;
  std::atomic<std::size_t> capacity{SIZE_MAX};  // then ENOSPC, after a part of the bytes
  std::atomic<bool> broken{false};              // EIO
  std::atomic<bool> hanging{false};             // writes wait until it is over
};

class FaultyFile final : public AppendFile {
 public:
  explicit FaultyFile(Disk& disk) : disk_(disk) {}
  Status append(std::span<const std::byte> bytes) override {
    while (disk_.hanging) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    if (disk_.broken) return Error{Code::io, "Input/output error"};
    const std::size_t room = disk_.capacity - std::min(disk_.capacity.load(), disk_.content.size());
    const auto* data = reinterpret_cast<const char*>(bytes.data());
    disk_.content.insert(disk_.content.end(), data, data + std::min(room, bytes.size()));
    if (room < bytes.size()) return Error{Code::io, "No space left on device"};
    return Done{};
  }
  Status sync() override {
    if (disk_.broken) return Error{Code::io, "Input/output error"};
    disk_.synced = disk_.content.size();
    return Done{};
  }

 private:
  Disk& disk_;
};

}  // namespace trocar::test
