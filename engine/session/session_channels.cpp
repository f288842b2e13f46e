#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/util/message_differencer.h>

#include <algorithm>
#include <array>
#include <memory>

#include "engine/session/message_differences.hpp"
#include "engine/session/proto_values.hpp"

namespace trocar {
namespace {

using namespace proto;
using google::protobuf::Descriptor;

struct TopicRow {
  Topic topic;
  const char* name;
  const Descriptor* schema;
};

// In the order of Topic, from 1 on.
const std::array<TopicRow, 16>& rows() {
  static const Descriptor* step = v1::Step::descriptor();
  static const std::array<TopicRow, 16> all{{
      {Topic::tick, "/tick", step},
      {Topic::link, "/link", step},
      {Topic::tracker_frame, "/tracker_frame", step},
      {Topic::gap, "/gap", step},
      {Topic::device_alert, "/device_alert", step},
      {Topic::registration, "/registration", step},
      {Topic::registration_refused, "/registration_refused", step},
      {Topic::registration_cleared, "/registration_cleared", step},
      {Topic::recording, "/recording", step},
      {Topic::guidance, "/guidance", v1::Guidance::descriptor()},
      {Topic::state, "/state", v1::StateLine::descriptor()},
      {Topic::alarm, "/alarm", v1::StateLine::descriptor()},
      {Topic::raw, "/raw", v1::Raw::descriptor()},
      {Topic::image, "/image", v1::Image::descriptor()},
      {Topic::command, "/command", v1::Command::descriptor()},
      {Topic::imaging, "/imaging", step},
  }};
  return all;
}

// The schemas in the order of their first use: ids 1, 2, ...
std::vector<const Descriptor*> schemas() {
  std::vector<const Descriptor*> all;
  for (const TopicRow& row : rows()) {
    if (std::ranges::find(all, row.schema) == all.end()) all.push_back(row.schema);
  }
  return all;
}

std::string file_descriptor_set() {
  google::protobuf::FileDescriptorSet set;
  v1::Step::descriptor()->file()->CopyTo(set.add_file());
  return set.SerializeAsString();
}

}  // namespace

Topic topic_of(const Event& event) {
  static constexpr std::array by_index{Topic::tick,
                                       Topic::link,
                                       Topic::tracker_frame,
                                       Topic::gap,
                                       Topic::device_alert,
                                       Topic::registration,
                                       Topic::registration_refused,
                                       Topic::registration_cleared,
                                       Topic::recording,
                                       Topic::imaging,
                                       Topic::imaging};
  static_assert(by_index.size() == std::variant_size_v<Event>);
  return by_index.at(event.index());
}

Topic topic_of(const StateLine& line) {
  return line.kind == StateKind::alarm ? Topic::alarm : Topic::state;
}

bool is_step(Topic topic) { return topic <= Topic::recording || topic == Topic::imaging; }

std::vector<mcap::Schema> session_schemas() {
  std::vector<mcap::Schema> all;
  for (const Descriptor* d : schemas()) {
    const auto id = static_cast<std::uint16_t>(all.size() + 1);
    all.push_back({id, d->full_name(), "protobuf", file_descriptor_set()});
  }
  return all;
}

std::vector<mcap::Channel> session_channels() {
  const auto used = schemas();
  std::vector<mcap::Channel> all;
  for (const TopicRow& row : rows()) {
    const auto schema = std::ranges::find(used, row.schema) - used.begin() + 1;
    all.push_back({static_cast<std::uint16_t>(row.topic), static_cast<std::uint16_t>(schema),
                   row.name, "protobuf"});
  }
  return all;
}

std::vector<std::string> message_differences(Topic topic, mcap::Bytes recorded, mcap::Bytes found) {
  const TopicRow& row = rows().at(static_cast<std::size_t>(topic) - 1);
  const auto* prototype =
      google::protobuf::MessageFactory::generated_factory()->GetPrototype(row.schema);
  const std::unique_ptr<google::protobuf::Message> a(prototype->New());
  const std::unique_ptr<google::protobuf::Message> b(prototype->New());
  if (!a->ParseFromArray(recorded.data(), static_cast<int>(recorded.size())) ||
      !b->ParseFromArray(found.data(), static_cast<int>(found.size()))) {
    return {"one of them cannot be read"};
  }
  std::string report;
  google::protobuf::util::MessageDifferencer differencer;
  differencer.ReportDifferencesToString(&report);
  if (differencer.Compare(*a, *b)) return {"none in its fields, only in its bytes"};
  std::vector<std::string> all;
  for (std::size_t at = 0; at < report.size();) {
    const std::size_t end = std::min(report.find('\n', at), report.size());
    all.push_back(report.substr(at, end - at));
    at = end + 1;
  }
  return all;
}

std::string first_difference(Topic topic, mcap::Bytes recorded, mcap::Bytes found) {
  return message_differences(topic, recorded, found).front();
}

}  // namespace trocar
