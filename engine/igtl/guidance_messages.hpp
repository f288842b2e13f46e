#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/data/guidance.hpp"
#include "engine/data/state_line.hpp"
#include "engine/igtl/message_encoder.hpp"
#include "engine/igtl/stream_names.hpp"
#include "engine/igtl/tool_texts.hpp"
#include "engine/igtl/wall_clock.hpp"

// Guidance becomes messages: docs/igtl-interface.md says the same in words. LPS becomes RAS here.
namespace trocar {

// How the engine is, said at a fixed rate even when nothing is new.
struct Heartbeat {
  Timestamp now{};
  const Guidance* newest = nullptr;  // nullptr: none has come yet
  bool silent = false;               // the navigator has said nothing for too long
};

// plain: one thread. Nothing is allocated in steady state.
class GuidanceMessages {
 public:
  GuidanceMessages(StreamNames names, WallClock wall);

  // Writes the texts of `g` once; append_tools then encodes them for each header version. With
  // `instead`, every number is withheld for that reason: nobody stands behind `g` any more.
  void prepare(const Guidance& g, std::optional<Withheld> instead = std::nullopt);
  // Per tool: TRANSFORM, STRING, and the POLYDATA line from tip to nearest structure.
  void append_tools(igtl::Buffer& out, std::uint16_t version);

  // The same poses as one TDATA: an element for each tool, always the same ones; of a tool without
  // a pose the identity, and in the metadata why.
  void append_tracking(igtl::Buffer& out, std::uint16_t version);

  void append_heartbeat(igtl::Buffer& out, const Heartbeat& beat, std::uint16_t version);
  // The words of the heartbeat made last.
  [[nodiscard]] const std::string& heartbeat_text() const { return status_.message; }
  void append_state(igtl::Buffer& out, const StateLine& line, std::uint16_t version);
  // Values withheld at the last gate since the start.
  [[nodiscard]] std::uint64_t refused() const { return refused_; }

 private:
  struct ToolMessage {
    StreamNames::ToolNames names;
    ToolTexts texts;
    std::string status_key;  // in the metadata of TDATA
    bool in_guidance = false;
    std::uint64_t header_time = 0;
    std::array<float, 12> columns{};
    std::array<std::array<float, 3>, 2> line{};  // tip, closest point; both zero when withheld
  };

  void prepare_tool(const ToolGuidance& t, const Guidance& g, ToolMessage& m) const;

  StreamNames names_;
  WallClock wall_;
  std::vector<ToolMessage> tools_;  // by ToolId::index
  igtl::PolyDataBody line_body_;
  igtl::StatusBody status_;
  igtl::TrackingBody tracking_;
  std::vector<igtl::MetadatumView> tracking_metadata_;
  std::uint64_t guidance_time_ = 0;  // header time of the guidance prepared last
  std::string text_;
  std::uint64_t refused_ = 0;
};

}  // namespace trocar
