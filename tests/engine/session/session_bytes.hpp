#pragma once
#include <catch2/catch.hpp>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "engine/session/session_reader.hpp"
#include "engine/session/session_writer.hpp"

// Small session files for tests, and what a reader gets out of them.
namespace trocar::test {

// One channel, an attachment, no messages yet.
inline SessionPrologue small_prologue() {
  return {"a test",
          {{1, "trocar.Note", "protobuf", "descriptor"}},
          {{1, 1, "/note", "protobuf"}, {2, 1, "/other", "protobuf"}},
          {{7, "plan.toml", "text/plain", "id = \"p\"\n"}}};
}

inline mcap::Bytes bytes_of(const std::string& text) { return std::as_bytes(std::span(text)); }

inline std::string text_of(mcap::Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

inline std::vector<char> content_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  REQUIRE(in);
  return {std::istreambuf_iterator<char>(in), {}};
}

inline void write_content(const std::filesystem::path& file, const char* data, std::size_t size) {
  std::ofstream out(file, std::ios::binary | std::ios::trunc);
  out.write(data, static_cast<std::streamsize>(size));
  REQUIRE(out.flush());
}

struct WhatWasRead {
  std::vector<std::string> messages;
  std::vector<std::string> attachments;
  std::size_t channels = 0;
  SessionEnd end;
};

// Nothing at all when it is no session from its first bytes: then `end.fault` says so.
inline WhatWasRead read_all(const std::filesystem::path& file) {
  WhatWasRead all;
  auto reader = SessionReader::open(file);
  if (!reader) {
    all.end.fault = SessionEnd::Fault{0, reader.error().detail};
    return all;
  }
  while (const SessionReader::Item* item = reader.value()->next()) {
    if (const auto* m = std::get_if<mcap::Message>(item)) all.messages.push_back(text_of(m->data));
    if (const auto* a = std::get_if<mcap::Attachment>(item)) all.attachments.push_back(a->data);
    if (std::holds_alternative<mcap::Channel>(*item)) ++all.channels;
  }
  all.end = reader.value()->end();
  return all;
}

}  // namespace trocar::test
