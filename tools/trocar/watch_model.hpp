#pragma once
#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/time.hpp"
#include "engine/igtl/message.hpp"
#include "engine/igtl/server_config.hpp"

namespace trocar {

// One line of the table.
struct WatchRow {
  std::string tool;
  std::string structure;  // empty: a pose without distances, of another server for example
  std::string tip, tip_bound, shaft, shaft_bound;  // mm; empty: there is no such number
  std::string zone;
  std::string position;  // of a pose row: "x y z", RAS mm
  std::string why;       // why there is no number; empty when there is one
  bool uncertain = false;
  bool stale = false;
  double age_ms = 0;  // of the number now: its age when sent and the time since it arrived
};

// What an OpenIGTLink server said, and how old that is by now. After `stale_after` without news
// nothing is shown as live. Pure: messages and `now` in, rows
// out. plain: one thread.
class WatchModel {
 public:
  // The types of message that are shown; surfaces and images are not.
  static bool wants(std::string_view type);
  void take(const igtl::Message& message, Timestamp now);
  // The connection ended: what was shown is history.
  void forget();

  [[nodiscard]] std::vector<WatchRow> rows(Timestamp now) const;
  // The server's own heartbeat, or that there is none: one line.
  [[nodiscard]] std::string heartbeat(Timestamp now) const;
  // Nothing at all for too long, or no heartbeat from a server that had one.
  [[nodiscard]] bool is_stale(Timestamp now) const;
  [[nodiscard]] const std::vector<std::string>& news() const { return news_; }
  void clear_news() { news_.clear(); }
  // What the server's input gate found in the CT, a line each.
  [[nodiscard]] const std::vector<std::string>& warnings() const { return warnings_; }
  [[nodiscard]] std::uint64_t messages() const { return messages_; }

 private:
  using Fields = std::vector<std::pair<std::string, std::string>>;
  struct Tool {
    Fields fields;
    std::string sequence;
    Timestamp arrived{};
    Timestamp advanced{};  // when the sequence last changed
  };
  struct Pose {
    std::string position;
    std::string status;
    Timestamp arrived{};
  };

  void take_warnings(std::string_view text);
  void take_pose(const std::string& name, const std::array<float, 3>& mm, const std::string& status,
                 Timestamp now);
  static void add_tool_rows(const std::string& name, const Tool& tool, Timestamp now,
                            std::vector<WatchRow>& out);

  std::map<std::string, Tool> tools_;
  std::map<std::string, Pose> poses_;
  std::optional<Timestamp> heard_;
  std::string status_;
  std::optional<Timestamp> status_heard_;
  std::vector<std::string> news_;
  std::vector<std::string> warnings_;
  std::uint64_t messages_ = 0;
};

}  // namespace trocar
