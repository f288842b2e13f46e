#include "engine/base/log.hpp"

#include <spdlog/sinks/rotating_file_sink.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <mutex>
#include <system_error>

#include "engine/base/config_reader.hpp"

namespace trocar::log {
namespace {

// One logger per process is what a log is; sinks are added at start, before the first thread.
struct Sinks {
  std::shared_ptr<spdlog::sinks::stderr_color_sink_mt> console =
      std::make_shared<spdlog::sinks::stderr_color_sink_mt>();
  std::shared_ptr<spdlog::logger> logger = std::make_shared<spdlog::logger>("trocar", console);

  Sinks() {
    logger->set_pattern("%Y-%m-%dT%H:%M:%S.%e %^%-5l%$ %v");
    logger->flush_on(spdlog::level::info);
  }
};

Sinks& sinks() {
  static Sinks made;
  return made;
}

}  // namespace

void to_file(const std::filesystem::path& file) {
  constexpr std::size_t limit = 10U << 20U;  // bytes
  std::error_code failed;
  // Not more than one folder: a log beside a mistyped path is one that nobody finds.
  if (file.has_parent_path()) std::filesystem::create_directory(file.parent_path(), failed);
  if (failed) {
    throw ConfigError(file.string() + ": expected a log file in a folder that exists, found: " +
                      file.parent_path().string() + ": " + failed.message());
  }
  try {
    auto sink = std::make_shared<spdlog::sinks::rotating_file_sink_mt>(file.string(), limit, 3);
    sink->set_pattern("%Y-%m-%dT%H:%M:%S.%e %-5l %v");
    sinks().logger->sinks().push_back(std::move(sink));
  } catch (const spdlog::spdlog_ex& e) {
    throw ConfigError(file.string() +
                      ": expected a log file that can be written, found: " + e.what());
  }
}

void to_stderr(bool wanted) {
  sinks().console->set_level(wanted ? spdlog::level::trace : spdlog::level::off);
}

void error(std::string_view line) { sinks().logger->error("{}", line); }
void warn(std::string_view line) { sinks().logger->warn("{}", line); }
void info(std::string_view line) { sinks().logger->info("{}", line); }
void flush() { sinks().logger->flush(); }

}  // namespace trocar::log
