#include <catch2/catch.hpp>
#include <cstring>
#include <fstream>

#include "engine/session/torn_tail.hpp"
#include "tests/engine/session/session_bytes.hpp"
#include "tests/tools/temporary_folder.hpp"

// What a reader gets back of what a writer wrote: all of it, or exactly what was whole.
using namespace trocar;
using namespace trocar::test;

namespace {

struct SmallSession {
  std::vector<std::string> messages;
  std::vector<std::uint64_t> bytes_after;  // the file's size when message i was acknowledged
  std::uint64_t prologue_bytes = 0;
  std::uint64_t data_end = 0;  // behind it
  std::vector<char> content;
};

// Four chunks of one to three messages, ended or not.
SmallSession small_session(const std::filesystem::path& file, bool closed) {
  SmallSession s;
  auto created = create_append_file(file);
  REQUIRE(created);
  auto begun = SessionWriter::begin(std::move(created).value(), small_prologue());
  REQUIRE(begun);
  SessionWriter& writer = *begun.value();
  s.prologue_bytes = writer.committed_bytes();
  for (std::size_t chunk = 0; chunk < 4; ++chunk) {
    for (std::size_t i = 0; i <= chunk % 3; ++i) {
      s.messages.push_back("message " + std::to_string(s.messages.size()));
      writer.add(static_cast<std::uint16_t>(1 + i % 2), 1000 + s.messages.size(),
                 bytes_of(s.messages.back()));
    }
    REQUIRE(writer.commit());
    s.bytes_after.resize(s.messages.size(), writer.committed_bytes());
  }
  constexpr std::uint64_t data_end_body = 4;
  s.data_end = writer.committed_bytes() + mcap::record_head + data_end_body;
  if (closed) REQUIRE(writer.close());
  s.content = content_of(file);
  return s;
}

// How many messages are acknowledged in the first `bytes` of the file.
std::size_t acknowledged(const SmallSession& s, std::uint64_t bytes) {
  std::size_t n = 0;
  while (n < s.bytes_after.size() && s.bytes_after[n] <= bytes) ++n;
  return n;
}

bool is_beginning(const std::vector<std::string>& part, const std::vector<std::string>& all) {
  return part.size() <= all.size() && std::equal(part.begin(), part.end(), all.begin());
}

void write_byte(const std::filesystem::path& file, std::size_t at, char value) {
  std::fstream out(file, std::ios::binary | std::ios::in | std::ios::out);
  out.seekp(static_cast<std::streamoff>(at));
  out.put(value);
  REQUIRE(out.flush());
}

}  // namespace

TEST_CASE("what was recorded is read back, and the file is known to be ended") {
  const TemporaryFolder folder;
  const SmallSession s = small_session(folder.path() / "a.mcap", true);
  const WhatWasRead all = read_all(folder.path() / "a.mcap");
  CHECK_FALSE(all.end.fault);
  CHECK(all.end.closed);
  CHECK(all.messages == s.messages);
  CHECK(all.attachments == std::vector<std::string>{"id = \"p\"\n"});
  CHECK(all.channels == 2);
  CHECK(all.end.chunks == 4);
  CHECK(all.end.links == 5);
  CHECK(all.end.whole_bytes == s.content.size());
}

TEST_CASE("H21: a recording that nobody ended gives every message that was acknowledged") {
  const TemporaryFolder folder;
  const SmallSession s = small_session(folder.path() / "a.mcap", false);
  const WhatWasRead all = read_all(folder.path() / "a.mcap");
  CHECK(all.messages == s.messages);
  CHECK_FALSE(all.end.closed);
  REQUIRE(all.end.fault);
  CHECK(all.end.fault->at == s.content.size());
  CHECK(all.end.linked_bytes == s.content.size());
}

TEST_CASE(
    "H21: cut at every byte, a session gives what was acknowledged before, and says it is cut") {
  const TemporaryFolder folder;
  const SmallSession s = small_session(folder.path() / "whole.mcap", true);
  const auto file = folder.path() / "cut.mcap";
  write_content(file, s.content.data(), s.content.size());
  for (std::size_t size = s.content.size(); size-- > 0;) {
    std::filesystem::resize_file(file, size);
    const WhatWasRead all = read_all(file);
    INFO("cut after byte " << size);
    REQUIRE(all.end.fault);
    REQUIRE_FALSE(all.end.closed);
    REQUIRE(all.end.whole_bytes <= size);
    REQUIRE(is_beginning(all.messages, s.messages));
    REQUIRE(all.end.data_ended == (size >= s.data_end));
    if (size >= mcap::magic.size()) REQUIRE(is_torn_only(file, all.end).value());
    // A chunk that is whole counts although its link was cut off, and nothing else does.
    const std::size_t safe = acknowledged(s, size);
    const std::size_t and_a_chunk =
        safe == s.messages.size() ? safe : acknowledged(s, s.bytes_after[safe]);
    REQUIRE((all.messages.size() == safe || all.messages.size() == and_a_chunk));
  }
}

TEST_CASE("H21: with any single bit flipped, a session says so, and gives what stands before") {
  const TemporaryFolder folder;
  const SmallSession s = small_session(folder.path() / "whole.mcap", true);
  const auto file = folder.path() / "flipped.mcap";
  write_content(file, s.content.data(), s.content.size());
  for (std::size_t bit = 0; bit < s.content.size() * 8; ++bit) {
    // In place: forty thousand new files would wait for the disk.
    const char byte = s.content[bit / 8];
    write_byte(file, bit / 8, static_cast<char>(byte ^ static_cast<char>(1U << (bit % 8))));
    const WhatWasRead all = read_all(file);
    INFO("bit " << bit % 8 << " of byte " << bit / 8);
    REQUIRE(all.end.fault);
    REQUIRE_FALSE(all.end.closed);
    REQUIRE(is_beginning(all.messages, s.messages));
    // Those before, and of the chunk that it hit all or none: all when what it hit is the length
    // of the link behind, so that none is there.
    const std::size_t safe = acknowledged(s, bit / 8);
    const std::size_t and_a_chunk =
        safe == s.messages.size() ? safe : acknowledged(s, s.bytes_after[safe]);
    REQUIRE((all.messages.size() == safe || all.messages.size() == and_a_chunk));
    REQUIRE(all.end.linked_bytes <= bit / 8);
    REQUIRE(all.end.data_ended == (bit / 8 >= s.data_end));
    REQUIRE_FALSE(is_torn_only(file, all.end).value());
    write_byte(file, bit / 8, byte);
  }
}

TEST_CASE("bytes put behind, between or in place of others are found before they are given") {
  const TemporaryFolder folder;
  const SmallSession s = small_session(folder.path() / "whole.mcap", true);
  const auto file = folder.path() / "other.mcap";
  const std::string bytes(s.content.begin(), s.content.end());
  // Chunks hold 1, 2, 3 and 1 messages; chunk(1) is the second.
  const std::vector<std::uint64_t> ends{s.prologue_bytes, s.bytes_after[0], s.bytes_after[2],
                                        s.bytes_after[5], s.bytes_after[6]};
  const auto chunk = [&](std::size_t n) { return bytes.substr(ends[n], ends[n + 1] - ends[n]); };
  const std::string first = bytes.substr(0, ends[1]);
  const std::string last = bytes.substr(ends[3]);
  std::string content;
  std::size_t whole = 1;  // messages before what is false
  SECTION("behind the end") {
    content = bytes + "x";
    whole = s.messages.size();
  }
  SECTION("a chunk left out") { content = first + chunk(2) + last; }
  SECTION("a chunk twice") { content = first.substr(0, ends[0]) + chunk(0) + chunk(0) + chunk(1); }
  SECTION("two chunks swapped") { content = first + chunk(2) + chunk(1) + last; }
  SECTION("a chunk without its link") {
    content = first + chunk(1).substr(0, chunk(1).size() - link_record_bytes) + chunk(2) + last;
  }
  write_content(file, content.data(), content.size());
  const WhatWasRead all = read_all(file);
  CHECK(all.end.fault);
  CHECK_FALSE(all.end.closed);
  CHECK_FALSE(is_torn_only(file, all.end).value());
  REQUIRE(all.messages.size() == whole);
  CHECK(is_beginning(all.messages, s.messages));
}

TEST_CASE("a file that is no session is refused with its name") {
  const TemporaryFolder folder;
  write_content(folder.path() / "a.mcap", "NRRD0004", 8);
  const auto opened = SessionReader::open(folder.path() / "a.mcap");
  REQUIRE_FALSE(opened);
  CHECK(opened.error().detail.find("a.mcap: expected a session file (MCAP)") != std::string::npos);
  CHECK_FALSE(SessionReader::open(folder.path()));
  CHECK_FALSE(SessionReader::open(folder.path() / "missing.mcap"));
}

TEST_CASE("a recording never writes over a file") {
  const TemporaryFolder folder;
  write_content(folder.path() / "a.mcap", "mine", 4);
  CHECK_FALSE(create_append_file(folder.path() / "a.mcap"));
  CHECK(content_of(folder.path() / "a.mcap").size() == 4);
}
