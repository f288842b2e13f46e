#include "tools/trocar/watch_command.hpp"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>

#include "engine/igtl/client.hpp"
#include "tools/trocar/decimal.hpp"
#include "tools/trocar/exit_code.hpp"
#include "tools/trocar/stop_flag.hpp"
#include "tools/trocar/watch_model.hpp"
#include "tools/trocar/watch_view.hpp"

namespace trocar {

namespace {

using std::chrono::milliseconds;

struct WatchOptions {
  std::string server;
  bool json = false;
  bool once = false;
  bool plain = false;
  double for_s = 0;
};

// One run of the command. plain: one thread.
class Watch {
 public:
  Watch(const WatchOptions& options, igtl::Endpoint where)
      : options_(options),
        where_(std::move(where)),
        live_(!options.plain && !options.json && !options.once && isatty(STDOUT_FILENO) == 1) {}

  int run() {
    Timestamp shown{};
    while (!stop_wanted() && !is_over() && std::ferror(stdout) == 0) {
      if (!client_) connect();
      if (client_) receive();
      const Timestamp now = time_.now();
      const Duration every = live_ ? milliseconds(50) : milliseconds(250);
      const bool turned = model_.is_stale(now) != shown_stale_;
      if ((now - shown >= every || turned) && !options_.once) {
        show(now);
        shown = now;
        shown_stale_ = model_.is_stale(now);
      }
      if (options_.once && has_all(now)) break;
    }
    if (options_.once) show(time_.now());
    if (live_) std::printf("\n");
    return heard_ ? exit_ok : exit_run_time;
  }

 private:
  [[nodiscard]] bool is_over() const {
    const double limit = options_.for_s > 0 ? options_.for_s : options_.once ? 5.0 : 0.0;
    return limit > 0 && seconds(time_.now().time_since_epoch()) >= limit;
  }
  // Enough for one picture: some rows, or a server that says only how it is.
  [[nodiscard]] bool has_all(Timestamp now) const {
    if (!connected_at_ || now - *connected_at_ < milliseconds(500)) return false;
    return model_.messages() > 0;
  }

  void connect() {
    auto client = igtl::IgtlClient::connect(where_, milliseconds(1000), {}, &WatchModel::wants);
    if (!client) {
      say(client.error().detail);
      pause(milliseconds(200));
      return;
    }
    client_ = std::move(client).value();
    connected_at_ = time_.now();
    if (const auto sent = client_->send(igtl::make_hello(), milliseconds(1000)); !sent) lose(sent);
  }

  void receive() {
    const auto got = client_->receive(milliseconds(50), [this](const igtl::Message& m) {
      model_.take(m, time_.now());
      heard_ = true;
      said_.clear();
    });
    if (!got) lose(got);
  }

  void lose(const Status& why) {
    say(why.error().detail + "; connecting again");
    client_.reset();
    model_.forget();
    connected_at_.reset();
    pause(milliseconds(500));  // a server that speaks something else is not stormed
  }

  // The same complaint once.
  void say(const std::string& text) {
    if (text == said_) return;
    said_ = text;
    std::fprintf(stderr, "trocar watch: %s\n", text.c_str());
  }

  static void pause(milliseconds d) { usleep(static_cast<useconds_t>(d.count() * 1000)); }

  void show(Timestamp now) {
    std::string text;
    if (options_.json) {
      text = watch_json(model_, options_.server, now) + "\n";
    } else {
      for (const auto& line : model_.news()) text += "* " + line + "\n";
      if (live_) text = "\033[H\033[J" + text;
      text += watch_table(model_, options_.server, now, live_);
      if (!live_) model_.clear_news();
    }
    std::fwrite(text.data(), 1, text.size(), stdout);
    std::fflush(stdout);
  }

  const WatchOptions& options_;
  igtl::Endpoint where_;
  bool live_;
  SteadyTime time_;
  std::unique_ptr<igtl::IgtlClient> client_;
  std::optional<Timestamp> connected_at_;
  WatchModel model_;
  std::string said_;
  bool heard_ = false;
  bool shown_stale_ = true;
};

}  // namespace

void add_watch(CLI::App& app, int& exit_code) {
  auto* command = app.add_subcommand(
      "watch",
      "Shows live what an OpenIGTLink server says: trocar's distances with bound, age and zone, "
      "or\n"
      "the poses of any other server. A number without news for 0.6 s is shown as stale, never "
      "as\n"
      "live. Connects again by itself. Exit codes: 0 something was received, 1 nothing or stdout "
      "closed,\n"
      "2 usage.");
  auto options = std::make_shared<WatchOptions>();
  command->add_option("server", options->server, "HOST:PORT, port 18944 when left out")->required();
  command->add_flag("--json", options->json, "one JSON object per line and update");
  command->add_flag("--once", options->once, "one picture, then end (waits at most 5 s)");
  command->add_option("--for", options->for_s, "end after so many seconds")
      ->check(decimal_within(0.001, 1e7));
  command->add_flag("--plain", options->plain, "plain lines, no colours (as when piped)");
  command->callback([options, &exit_code] {
    auto where = igtl::parse_endpoint(options->server);
    if (!where) {
      std::fprintf(stderr, "trocar watch: %s\n", where.error().detail.c_str());
      exit_code = exit_usage;
      return;
    }
    exit_code = Watch(*options, std::move(where).value()).run();
  });
}

}  // namespace trocar
