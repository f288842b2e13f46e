#include "engine/igtl/body_codec.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace trocar::igtl {
namespace {

template <class B>
Result<Body> decode_as(Content content) {
  B body;
  const Status status = read(content, body);
  if (!status) return status.error();
  return Body(std::move(body));
}

template <class B>
void put_as(ByteWriter& w, const Body& body) {
  put(w, std::get<B>(body));
}

template <class B>
constexpr BodyCodec codec(std::string_view type) {
  return {type, &decode_as<B>, &put_as<B>};
}

constexpr std::array codecs{codec<TransformBody>("TRANSFORM"),
                            codec<StringBody>("STRING"),
                            codec<StatusBody>("STATUS"),
                            codec<TrackingBody>("TDATA"),
                            codec<QuaternionTrackingBody>("QTDATA"),
                            codec<PositionBody>("POSITION"),
                            codec<ImageBody>("IMAGE"),
                            codec<PolyDataBody>("POLYDATA"),
                            codec<PointBody>("POINT"),
                            codec<TrajectoryBody>("TRAJ"),
                            codec<ImageMetaBody>("IMGMETA"),
                            codec<LabelMetaBody>("LBMETA"),
                            codec<SensorBody>("SENSOR"),
                            codec<ArrayBody>("NDARRAY"),
                            codec<ColorTableBody>("COLORT"),
                            codec<ColorTableBody>("COLORTABLE"),  // its name before protocol 2
                            codec<CapabilityBody>("CAPABILITY"),
                            codec<BindBody>("BIND"),
                            codec<CommandBody>("COMMAND"),
                            codec<CommandBody>("RTS_COMMAND"),
                            codec<StartBody>("STT_TDATA"),
                            codec<StartBody>("STT_QTDATA"),
                            codec<ReplyBody>("RTS_TDATA"),
                            codec<ReplyBody>("RTS_QTDATA"),
                            codec<ReplyBody>("RTS_BIND"),
                            codec<ReplyBody>("RTS_POLYDATA"),
                            codec<ReplyBody>("RTS_NDARRAY"),
                            codec<ReplyBody>("RTS_STATUS")};

}  // namespace

const BodyCodec* codec_of(std::string_view type) {
  const auto* found =
      std::find_if(codecs.begin(), codecs.end(), [&](const auto& c) { return c.type == type; });
  return found == codecs.end() ? nullptr : found;
}

Error misfit(std::string_view expected, std::uint64_t found) {
  return {Code::malformed,
          "expected " + std::string(expected) + ", found " + std::to_string(found)};
}

}  // namespace trocar::igtl
