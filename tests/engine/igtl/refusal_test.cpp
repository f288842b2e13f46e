#include "engine/igtl/refusal.hpp"

#include <catch2/catch.hpp>
#include <set>
#include <string>

#include "engine/igtl/refusal_log.hpp"

using namespace trocar;

TEST_CASE("every refusal has a word of its own") {
  std::set<std::string_view> words;
  for (std::size_t i = 0; i < refusal_count; ++i) words.insert(to_string(Refusal(i)));
  CHECK(words.size() == refusal_count);
  CHECK_FALSE(words.contains("unknown"));
}

TEST_CASE("a flood of refusals is one line in ten seconds, and all of them are counted") {
  ServerStats stats;
  Ring<StateLine, 64> remarks;
  RefusalLog log(stats, &remarks);
  Timestamp now{};
  for (int i = 0; i < 1000; ++i) log.note(Refusal::bad_crc, "10.0.0.1", now);
  log.note(Refusal::stalled, "10.0.0.1", now);
  now += std::chrono::seconds(10);
  log.note(Refusal::bad_crc, "10.0.0.2", now);
  std::vector<std::string> lines;
  for (StateLine line; remarks.pop(line);) lines.emplace_back(line.text.view());
  CHECK(lines ==
        std::vector<std::string>{"display client 10.0.0.1: bad_crc, 1 since the start",
                                 "display client 10.0.0.1: stalled, 1 since the start",
                                 "display client 10.0.0.2: bad_crc, 1001 since the start"});
}
