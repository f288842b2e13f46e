#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/data/guidance.hpp"
#include "engine/igtl/message_encoder.hpp"
#include "engine/igtl/stream_names.hpp"

namespace trocar {

// One tool's guidance as text: one line of key=value for the STRING, and the metadata of the
// TRANSFORM. Numbers have fixed decimals and a point whatever the locale says (H11), and their unit
// in the key (H17). The set of metadata keys never changes: display clients keep the last value of
// a key that is no longer sent. Where there is no number the line has no such key, and the metadata
// says "none". plain: one thread; nothing is allocated in steady state.
class ToolTexts {
 public:
  ToolTexts(std::string tool, const std::vector<StreamNames::StructureNames>& structures);

  // `t` has passed the last gate and belongs to `g`.
  void write(const ToolGuidance& t, const Guidance& g);

  [[nodiscard]] std::string_view line() const { return line_; }
  // Valid until the next write(); in the order of keys.
  [[nodiscard]] std::span<const igtl::MetadatumView> metadata() const { return views_; }
  // The one that ties the other messages of a tool to the same snapshot (H2).
  [[nodiscard]] std::span<const igtl::MetadatumView> sequence_only() const;

 private:
  // The value of metadatum `i`, to be filled anew.
  std::string& value(std::size_t i);
  void add_line(std::string_view key, std::string_view text);
  void add_number(std::string_view key, double v, int decimals);
  void write_pose(const ToolGuidance& t);
  void write_trajectory(const ToolGuidance& t);
  void write_structure(std::size_t index, const std::variant<Withheld, StructureDistance>& d);
  void write_distance(std::size_t index, const StructureDistance& d);

  std::string tool_;
  std::string line_;
  std::vector<std::string> keys_;
  std::vector<std::string> values_;
  std::vector<igtl::MetadatumView> views_;
  struct LineKeys {  // "Tumour.tip_mm" and so on, made once
    std::string tip, tip_bound, shaft, shaft_bound, shaft_at, tre, zone, uncertain, withheld;
  };
  std::vector<LineKeys> line_keys_;
};

}  // namespace trocar
