#include "drivers/simulators/ndi_server.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <mutex>
#include <system_error>
#include <thread>

namespace trocar {
namespace {

using Steady = std::chrono::steady_clock;

// Owns a file descriptor.
class Handle {
 public:
  explicit Handle(int fd = -1) : fd_(fd) {}
  Handle(Handle&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Handle& operator=(Handle&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Handle() { close(); }
  void close() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }
  [[nodiscard]] int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }

 private:
  int fd_;
};

Error system_error(const std::string& what) {
  return {Code::io, what + ": " + std::generic_category().message(errno)};
}

}  // namespace

struct NdiServer::State {
  State(NdiScenario scenario, NdiLink kind, NdiServerHooks h)
      : device(std::move(scenario), kind), link(kind), hooks(std::move(h)) {}

  void run();
  void wait_for_something();
  void accept_host();
  bool read_host();
  bool write_due();
  bool write_all(const std::vector<std::byte>& bytes);
  void drop_host(const char* why);
  void tell(const std::string& line) const {
    if (hooks.on_event) hooks.on_event(line);
  }
  [[nodiscard]] Duration now() const { return Steady::now() - power_up; }
  void wake() const {
    const std::uint64_t one = 1;
    static_cast<void>(::write(waker.get(), &one, sizeof one));
  }

  // Tests inject faults while the server's thread runs the device; neither hand-over fits, because
  // the fault must be there before inject() returns. Held for microseconds.
  mutable std::mutex mutex;
  NdiDevice device;
  NdiLink link;
  NdiServerHooks hooks;
  Handle listener;
  Handle host;   // the connection, or the master side of the pty
  Handle slave;  // kept open, so that the pty survives hosts that come and go
  Handle waker;
  std::string path;
  std::uint16_t port = 0;
  Steady::time_point power_up = Steady::now();
  Duration announced{-1};
  std::atomic<bool> stop{false};
  std::thread thread;
};

void NdiServer::State::run() {
  while (!stop) {
    std::vector<Fault> begun;
    {
      const std::lock_guard lock(mutex);
      const Duration t = now();
      device.advance(t);
      begun = device.faults().beginning(announced, t);
      announced = t;
    }
    // Outside the lock: a hook may inject the next fault.
    for (const Fault& f : begun) tell(fmt::format("fault: {} {}", name_of(f.kind), f.tool));
    if (host && !write_due()) drop_host("host went away");
    const bool refuse = [this] {
      const std::lock_guard lock(mutex);
      return device.refuses_connection(now());
    }();
    if (refuse && host && link == NdiLink::network) drop_host("disconnected by a fault");
    wait_for_something();
  }
}

void NdiServer::State::wait_for_something() {
  std::array<pollfd, 3> fds{pollfd{waker.get(), POLLIN, 0}, pollfd{host.get(), POLLIN, 0},
                            pollfd{listener.get(), POLLIN, 0}};
  if (host) fds[2].fd = -1;  // the next host waits in the queue
  std::optional<Duration> wake_at;
  {
    const std::lock_guard lock(mutex);
    wake_at = device.next_wake();
  }
  timespec timeout{0, 100'000'000};
  if (wake_at) {
    const Duration left =
        std::clamp<Duration>(*wake_at - now(), Duration{}, std::chrono::milliseconds(100));
    timeout.tv_nsec = static_cast<long>(left.count());
  }
  if (::ppoll(fds.data(), fds.size(), &timeout, nullptr) <= 0) return;
  if (fds[0].revents != 0) {
    std::uint64_t count = 0;
    static_cast<void>(::read(waker.get(), &count, sizeof count));
  }
  if (fds[1].revents != 0 && !read_host()) drop_host("host closed the connection");
  if (fds[2].revents != 0) accept_host();
}

void NdiServer::State::accept_host() {
  Handle accepted(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
  if (!accepted) return;
  {
    const std::lock_guard lock(mutex);
    if (device.refuses_connection(now())) return;
  }
  const int on = 1;
  ::setsockopt(accepted.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  host = std::move(accepted);
  tell("host connected");
}

bool NdiServer::State::read_host() {
  std::array<char, 4096> chunk{};
  const auto n = ::read(host.get(), chunk.data(), chunk.size());
  if (n < 0) return errno == EAGAIN || errno == EINTR;
  if (n == 0) return false;
  const std::lock_guard lock(mutex);
  device.receive({chunk.data(), static_cast<std::size_t>(n)}, now());
  return true;
}

bool NdiServer::State::write_due() {
  while (!stop) {
    std::optional<NdiOutput> out;
    {
      const std::lock_guard lock(mutex);
      out = device.take(now());
    }
    if (!out) return true;
    // Before the call: on a busy machine the host may already be at work when it returns.
    const auto written = Steady::now();
    if (!write_all(out->bytes)) return false;
    if (!hooks.on_reply_written) continue;
    for (const TrackingMark& mark : out->marks) {
      hooks.on_reply_written({mark, out->bytes.size(), written, power_up + mark.exposure});
    }
  }
  return true;
}

bool NdiServer::State::write_all(const std::vector<std::byte>& bytes) {
  std::size_t done = 0;
  while (done < bytes.size() && !stop) {
    const auto left = bytes.size() - done;
    const auto n = link == NdiLink::network
                       ? ::send(host.get(), bytes.data() + done, left, MSG_NOSIGNAL | MSG_DONTWAIT)
                       : ::write(host.get(), bytes.data() + done, left);
    if (n >= 0) {
      done += static_cast<std::size_t>(n);
      continue;
    }
    if (errno != EAGAIN && errno != EINTR) return false;
    pollfd writable{host.get(), POLLOUT, 0};
    ::poll(&writable, 1, 50);
  }
  return true;
}

void NdiServer::State::drop_host(const char* why) {
  if (link == NdiLink::network) host.close();
  {
    const std::lock_guard lock(mutex);
    device.hang_up();
  }
  tell(why);
}

NdiServer::NdiServer(std::unique_ptr<State> state) : state_(std::move(state)) {
  state_->waker = Handle(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
  state_->thread = std::thread([s = state_.get()] { s->run(); });
}

NdiServer::~NdiServer() {
  state_->stop = true;
  state_->wake();
  state_->thread.join();
}

Result<std::unique_ptr<NdiServer>> NdiServer::listen(NdiScenario scenario, std::uint16_t port,
                                                     NdiServerHooks hooks) {
  auto state = std::make_unique<State>(std::move(scenario), NdiLink::network, std::move(hooks));
  state->listener = Handle(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const int on = 1;
  ::setsockopt(state->listener.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  socklen_t size = sizeof address;
  if (::bind(state->listener.get(), generic, size) != 0 ||
      ::listen(state->listener.get(), 4) != 0 ||
      ::getsockname(state->listener.get(), generic, &size) != 0) {
    return system_error(fmt::format("cannot listen on 127.0.0.1:{}", port));
  }
  state->port = ntohs(address.sin_port);
  return std::unique_ptr<NdiServer>(new NdiServer(std::move(state)));
}

Result<std::unique_ptr<NdiServer>> NdiServer::open_pty(NdiScenario scenario, NdiServerHooks hooks) {
  auto state = std::make_unique<State>(std::move(scenario), NdiLink::serial, std::move(hooks));
  state->host = Handle(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC));
  std::array<char, 128> name{};
  if (!state->host || ::grantpt(state->host.get()) != 0 || ::unlockpt(state->host.get()) != 0 ||
      ::ptsname_r(state->host.get(), name.data(), name.size()) != 0) {
    return system_error("cannot open a pseudo-terminal");
  }
  state->path = name.data();
  state->slave = Handle(::open(name.data(), O_RDWR | O_NOCTTY | O_CLOEXEC));
  termios raw{};
  if (!state->slave || ::tcgetattr(state->slave.get(), &raw) != 0) {
    return system_error("cannot set up " + state->path);
  }
  ::cfmakeraw(&raw);
  ::tcsetattr(state->slave.get(), TCSANOW, &raw);
  ::fcntl(state->host.get(), F_SETFL, O_NONBLOCK);
  return std::unique_ptr<NdiServer>(new NdiServer(std::move(state)));
}

std::uint16_t NdiServer::port() const { return state_->port; }
const std::string& NdiServer::device_path() const { return state_->path; }
Steady::time_point NdiServer::power_up() const { return state_->power_up; }
Duration NdiServer::device_now() const { return state_->now(); }

void NdiServer::inject(Fault fault) {
  {
    const std::lock_guard lock(state_->mutex);
    const Duration t = state_->now();
    fault.from += t;
    if (fault.until != forever) fault.until += t;
    state_->device.faults().add(std::move(fault));
  }
  state_->wake();
}

void NdiServer::clear_faults() {
  const std::lock_guard lock(state_->mutex);
  state_->device.faults().clear();
}

TruePose NdiServer::truth(std::string_view tool, Duration at) const {
  const SimulatedWorld& world = state_->device.world();
  return world.truth(world.scenario().find_tool(tool).value(), at);
}

NdiMode NdiServer::mode() const {
  const std::lock_guard lock(state_->mutex);
  return state_->device.mode();
}

}  // namespace trocar
