#include <catch2/catch.hpp>
#include <random>

#include "tests/engine/session/faulty_disk.hpp"
#include "tests/engine/session/session_bytes.hpp"
#include "tests/tools/temporary_folder.hpp"

// A disk that loses what was not synced, fills up, or fails.
using namespace trocar;
using namespace trocar::test;

namespace {

std::unique_ptr<SessionWriter> begin_on(Disk& disk) {
  auto begun = SessionWriter::begin(std::make_unique<FaultyFile>(disk), small_prologue());
  REQUIRE(begun);
  return std::move(begun).value();
}

}  // namespace

TEST_CASE("H21: after a power cut everything that commit() acknowledged is there") {
  const TemporaryFolder folder;
  std::mt19937 random(21);
  for (int round = 0; round < 200; ++round) {
    Disk disk;
    auto writer = begin_on(disk);
    std::vector<std::string> said;
    std::size_t acknowledged = 0;
    for (auto n = random() % 20; n > 0; --n) {
      said.push_back("message " + std::to_string(said.size()));
      writer->add(1, said.size(), bytes_of(said.back()));
      if (random() % 3 != 0) continue;
      REQUIRE(writer->commit());
      acknowledged = said.size();
    }
    writer.reset();  // the power is gone: of what was not synced any part may be there
    const std::size_t unsynced = disk.content.size() - disk.synced;
    disk.content.resize(disk.synced + random() % (unsynced + 1));
    const auto file = folder.path() / "cut.mcap";
    write_content(file, disk.content.data(), disk.content.size());
    const WhatWasRead all = read_all(file);
    REQUIRE(all.messages.size() == acknowledged);
    REQUIRE(std::equal(all.messages.begin(), all.messages.end(), said.begin()));
  }
}

TEST_CASE("a full disk is an error, once and for all, and what was acknowledged stays") {
  const TemporaryFolder folder;
  Disk disk;
  auto writer = begin_on(disk);
  writer->add(1, 1, bytes_of("kept"));
  REQUIRE(writer->commit());
  disk.capacity = disk.content.size() + 20;
  writer->add(1, 2, bytes_of("lost"));
  const Status full = writer->commit();
  REQUIRE_FALSE(full);
  CHECK(full.error().detail == "No space left on device");
  disk.capacity = SIZE_MAX;
  CHECK_FALSE(writer->commit());  // a hole in the middle would look like a quiet minute
  CHECK_FALSE(writer->close());
  CHECK(writer->committed_messages() == 1);
  const auto file = folder.path() / "full.mcap";
  write_content(file, disk.content.data(), disk.content.size());
  CHECK(read_all(file).messages == std::vector<std::string>{"kept"});
}

TEST_CASE("a recording does not begin on a disk that fails") {
  Disk disk;
  disk.broken = true;
  CHECK_FALSE(SessionWriter::begin(std::make_unique<FaultyFile>(disk), small_prologue()));
}
