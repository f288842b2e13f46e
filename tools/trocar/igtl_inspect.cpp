#include "tools/trocar/igtl_inspect.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "engine/igtl/message_decoder.hpp"
#include "engine/igtl/message_stream.hpp"
#include "tools/trocar/igtl_json.hpp"

namespace trocar {
namespace {

using Json = nlohmann::ordered_json;
using igtl::Message;

Json timestamp(std::uint64_t stamp) {
  if (stamp == 0) return nullptr;
  constexpr double fraction = 4294967296.0;
  return static_cast<double>(stamp >> 32U) + static_cast<double>(stamp & 0xFFFFFFFFU) / fraction;
}

Json metadata(const Message& m) {
  Json out = Json::object();
  for (const igtl::Metadatum& d : m.metadata) out[d.key] = d.value;
  return out;
}

Json header_of(const igtl::Header& h) {
  return {{"type", h.type},
          {"device", h.device},
          {"version", h.version},
          {"timestamp_s", timestamp(h.timestamp)},
          {"body_bytes", h.body_size}};
}

std::string verdict_of(const Message& m) {
  if (!igtl::is_spoken(m.header.type)) return "ok";
  const std::string against = objection_to(m.body);
  return against.empty() ? "ok" : against;
}

class Walk {
 public:
  Walk(std::span<const std::byte> bytes, const std::string& file, bool full,
       const std::function<void(const std::string&)>& say)
      : bytes_(bytes), file_(file), full_(full), say_(say) {}

  IgtlInspection run() {
    while (at_ < bytes_.size() && step()) {
    }
    if (bytes_.empty()) say(Json::object(), "expected a message, found nothing");
    return result_;
  }

 private:
  // False when the walk cannot go on.
  bool step() {
    const auto rest = bytes_.subspan(at_);
    if (rest.size() < igtl::header_size) {
      say({{"bytes_left", rest.size()}},
          "expected a header of 58 bytes, found " + std::to_string(rest.size()));
      return false;
    }
    const auto header = igtl::decode_header(rest.first(igtl::header_size));
    if (!header) {
      say({{"bytes_left", rest.size()}}, header.error().detail);
      return false;
    }
    const igtl::Header& h = header.value();
    const auto behind = rest.subspan(igtl::header_size);
    if (h.body_size > behind.size()) {
      say(header_of(h), "expected a body of " + std::to_string(h.body_size) + " bytes, found " +
                            std::to_string(behind.size()));
      return false;
    }
    decode(h, behind.first(static_cast<std::size_t>(h.body_size)));
    at_ += igtl::header_size + static_cast<std::size_t>(h.body_size);
    return true;
  }

  void decode(const igtl::Header& h, std::span<const std::byte> body) {
    const auto message = igtl::decode_message(h, body);
    if (!message) return say(header_of(h), message.error().detail);
    const Message& m = message.value();
    Json line = header_of(h);
    line["id"] = m.id;
    line["metadata"] = metadata(m);
    if (!igtl::is_spoken(h.type)) line["spoken"] = false;
    line.update(json_of(m.body, full_));
    if (const std::string doubt = doubt_about(m.body); !doubt.empty()) line["doubt"] = doubt;
    say(line, verdict_of(m));
  }

  void say(const Json& what, const std::string& verdict) {
    Json line{{"file", file_}, {"index", result_.messages}, {"offset", at_}, {"verdict", verdict}};
    line.update(what);
    ++result_.messages;
    result_.refused += verdict == "ok" ? 0U : 1U;
    // What peers write need not be UTF-8.
    say_(line.dump(-1, ' ', true, Json::error_handler_t::replace));
  }

  std::span<const std::byte> bytes_;
  const std::string& file_;
  bool full_;
  const std::function<void(const std::string&)>& say_;
  std::size_t at_ = 0;
  IgtlInspection result_;
};

}  // namespace

IgtlInspection inspect_igtl(std::span<const std::byte> bytes, const std::string& file, bool full,
                            const std::function<void(const std::string& line)>& say) {
  return Walk(bytes, file, full, say).run();
}

}  // namespace trocar
