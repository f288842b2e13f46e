#include "engine/session/proto_values.hpp"
#include "engine/session/session_messages.hpp"

// What stands beside steps and guidance: lines of state, raw bytes, images, commands.
namespace trocar {
namespace {

using namespace proto;

Error unreadable(const char* what) {
  return {Code::malformed, std::string(what) + " that this version cannot read"};
}

bool parse(mcap::Bytes bytes, google::protobuf::Message& out) {
  return out.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
}

}  // namespace

std::string encode(const StateLine& line) {
  v1::StateLine message;
  message.set_at_ns(ns_of(line.at));
  message.set_kind(static_cast<v1::Kind::Is>(line.kind));
  message.set_text(std::string(line.text.view()));
  return message.SerializeAsString();
}

template <>
Result<StateLine> decode<StateLine>(mcap::Bytes bytes) {
  v1::StateLine message;
  StateLine line;
  if (!parse(bytes, message) || !take_enum(message.kind(), StateKind::recording, line.kind) ||
      !take_text(message.text(), line.text)) {
    return unreadable("a state line");
  }
  line.at = at_ns(message.at_ns());
  return line;
}

std::string encode(const RawPiece& piece) {
  v1::Raw message;
  message.set_received_ns(ns_of(piece.received));
  message.set_data(piece.bytes.begin(), piece.bytes.size());
  message.set_continues(piece.continues);
  message.set_repeats(piece.repeats);
  return message.SerializeAsString();
}

template <>
Result<RawPiece> decode<RawPiece>(mcap::Bytes bytes) {
  v1::Raw message;
  RawPiece piece;
  if (!parse(bytes, message) || message.data().size() > RawPiece::capacity) {
    return unreadable("raw bytes");
  }
  piece.received = at_ns(message.received_ns());
  for (const char c : message.data()) piece.bytes.push_back(static_cast<std::byte>(c));
  piece.continues = message.continues();
  piece.repeats = message.repeats();
  return piece;
}

std::string encode(const ImageFrame& image) {
  v1::Image message;
  message.set_device(std::string(image.device.view()));
  for (const std::uint16_t n : image.size) message.add_size(n);
  message.set_components(image.components);
  message.set_type(static_cast<v1::PixelType::Is>(image.type));
  for (int i = 0; i < 9; ++i) message.add_steps_mm(image.steps_mm(i % 3, i / 3));
  for (int i = 0; i < 3; ++i) message.add_centre_mm(image.centre_mm(i));
  message.set_acquired_ns(ns_of(image.acquired));
  message.set_acquired_bound_ns(image.acquired_bound.count());
  message.set_received_ns(ns_of(image.received));
  if (image.pixels) message.set_pixels(image.pixels->data(), image.pixels->size());
  return message.SerializeAsString();
}

template <>
Result<ImageFrame> decode<ImageFrame>(mcap::Bytes bytes) {
  v1::Image message;
  ImageFrame image;
  if (!parse(bytes, message) || !take_text(message.device(), image.device) ||
      message.size_size() != 3 || message.components() > 255 || message.steps_mm_size() != 9 ||
      message.centre_mm_size() != 3 || !take_enum(message.type(), PixelType::float64, image.type)) {
    return unreadable("an image");
  }
  for (int i = 0; i < 3; ++i) {
    if (message.size(i) > 65535) return unreadable("an image");
    image.size[static_cast<std::size_t>(i)] = static_cast<std::uint16_t>(message.size(i));
    image.centre_mm(i) = message.centre_mm(i);
  }
  for (int i = 0; i < 9; ++i) image.steps_mm(i % 3, i / 3) = message.steps_mm(i);
  image.components = static_cast<std::uint8_t>(message.components());
  image.acquired = at_ns(message.acquired_ns());
  image.acquired_bound = Duration(message.acquired_bound_ns());
  image.received = at_ns(message.received_ns());
  const auto pixels = std::as_bytes(std::span(message.pixels()));
  image.pixels = std::make_shared<const std::vector<std::byte>>(pixels.begin(), pixels.end());
  return image;
}

std::string encode(const CommandRecord& command) {
  v1::Command message;
  message.set_received_ns(ns_of(command.received));
  message.set_name(std::string(command.name.view()));
  message.set_succeeded(command.succeeded);
  message.set_answer(std::string(command.answer.view()));
  return message.SerializeAsString();
}

template <>
Result<CommandRecord> decode<CommandRecord>(mcap::Bytes bytes) {
  v1::Command message;
  CommandRecord command;
  if (!parse(bytes, message) || !take_text(message.name(), command.name) ||
      !take_text(message.answer(), command.answer)) {
    return unreadable("a command");
  }
  command.received = at_ns(message.received_ns());
  command.succeeded = message.succeeded();
  return command;
}

}  // namespace trocar
