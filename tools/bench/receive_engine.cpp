#include "tools/bench/receive_engine.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstring>
#include <thread>

#include "tools/phantom/writers.hpp"

namespace trocar::bench {
namespace {

namespace fs = std::filesystem;
using Clock = Program::Clock;
using namespace std::chrono_literals;

constexpr auto patience = 120s;

double ms_since(Clock::time_point begin) {
  return std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
}

// The number that follows a text in a line.
double number_after(const std::string& line, const char* text) {
  const std::size_t at = line.find(text);
  return at == std::string::npos ? 0 : std::strtod(line.c_str() + at + std::strlen(text), nullptr);
}

void replace(std::string& text, const std::string& what, const std::string& by) {
  const std::size_t at = text.find(what);
  if (at != std::string::npos) text.replace(at, what.size(), by);
}

// No tracker answers and nobody touches: a person's word says which level the scan is centred on.
Status write_configuration(const fs::path& room) {
  auto text = phantom::read_file(room / "run_ct.toml");
  if (!text) return text.error();
  std::string& t = text.value();
  replace(t, "port = 18944", "port = 0");
  replace(t, "port = 11112", "port = 0");
  replace(t, "log = \"trocar.log\"", "");
  replace(t, "reference_phantom =",
          "field_level = \"L3\"\npatient_id = \"PHANTOM-1\"\nreference_phantom =");
  std::error_code ec;
  fs::create_directories(room / "spool", ec);
  return phantom::write_file(room / "run_bench.toml", t);
}

}  // namespace

Status Program::start(std::vector<std::string> words, bool no_delay) {
  std::array<int, 2> ends{-1, -1};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return Error{Code::io, "cannot make a pipe"};
  std::vector<char*> argv, env;
  for (std::string& w : words) argv.push_back(w.data());
  argv.push_back(nullptr);
  for (char** e = environ; *e != nullptr; ++e)
    if (std::strncmp(*e, "TCP_NODELAY=", 12) != 0) env.push_back(*e);
  std::string set = "TCP_NODELAY=1";
  if (no_delay) env.push_back(set.data());
  env.push_back(nullptr);
  pid_ = ::fork();
  if (pid_ == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);  // however the benchmark ends
    ::dup2(ends[1], STDERR_FILENO);
    ::dup2(::open("/dev/null", O_WRONLY | O_CLOEXEC), STDOUT_FILENO);
    ::execvpe(argv[0], argv.data(), env.data());
    ::_exit(127);
  }
  ::close(ends[1]);
  heard_from_ = ends[0];
  if (pid_ > 0) return Done{};
  return Error{Code::io, "cannot start " + words[0]};
}

Program::~Program() {
  if (pid_ > 0) {
    ::kill(pid_, SIGTERM);
    wait();
  }
  if (heard_from_ >= 0) ::close(heard_from_);
}

int Program::wait() {
  std::array<char, 4096> some{};
  while (::read(heard_from_, some.data(), some.size()) > 0) continue;  // nobody waits for a pipe
  int status = 0;
  ::waitpid(pid_, &status, 0);
  pid_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

std::optional<std::string> Program::says(const std::vector<std::string>& texts,
                                         Clock::time_point end) {
  for (;;) {
    for (std::size_t at = 0; (at = heard_.find('\n')) != std::string::npos;) {
      const std::string line = heard_.substr(0, at);
      heard_.erase(0, at + 1);
      for (const std::string& text : texts)
        if (line.find(text) != std::string::npos) return line;
    }
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now());
    pollfd readable{heard_from_, POLLIN, 0};
    if (left.count() <= 0 || ::poll(&readable, 1, static_cast<int>(left.count())) <= 0)
      return std::nullopt;
    std::array<char, 4096> some{};
    const ssize_t n = ::read(heard_from_, some.data(), some.size());
    if (n <= 0) return std::nullopt;
    heard_.append(some.data(), static_cast<std::size_t>(n));
  }
}

Result<Passage> pass_series(const fs::path& trocar, const fs::path& room, const fs::path& series,
                            const char* proposes, bool no_delay) {
  if (Status written = write_configuration(room); !written) return written.error();
  Program engine, sender;
  if (Status s = engine.start({trocar.string(), "run", (room / "run_bench.toml").string()}); !s)
    return s.error();
  const auto port = engine.says({"scans are taken on DICOM port "}, Clock::now() + patience);
  // Scans come long after the start: what is made ready then is ready.
  if (!port || !engine.says({"ready to register intraoperative scans"}, Clock::now() + patience))
    return Error{Code::io, "the engine did not start"};
  std::this_thread::sleep_for(500ms);
  const int at = static_cast<int>(number_after(*port, "DICOM port "));
  const auto began = Clock::now();
  if (Status s = sender.start({"storescu", proposes, "-aec", "TROCAR", "127.0.0.1",
                               std::to_string(at), "+sd", series.string()},
                              no_delay);
      !s)
    return s.error();
  Passage p;
  const auto volume = engine.says({"decoded after", "scan refused"}, Clock::now() + patience);
  p.volume_ms = ms_since(began);
  if (!volume || volume->find("refused") != std::string::npos)
    return Error{Code::timeout, volume.value_or("no scan came")};
  p.last_slice_ms = p.volume_ms - 1000 * (number_after(*volume, "decoded after ") -
                                          number_after(*volume, "received in "));
  for (;;) {
    const auto line = engine.says({"accepted", "intraoperative scan done", "scan refused: "},
                                  Clock::now() + patience);
    if (!line || line->find("refused: ") != std::string::npos)
      return Error{Code::timeout, line.value_or("no epoch came")};
    if (line->find("scan done") != std::string::npos) break;
    ++p.vertebrae;
  }
  p.epoch_ms = ms_since(began);
  return p;
}

}  // namespace trocar::bench
