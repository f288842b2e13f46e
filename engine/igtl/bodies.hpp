#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

// What OpenIGTLink messages carry, as values: fields in the order, units and coordinates of the
// wire (mm, RAS where the protocol says so). Plain.
namespace trocar::igtl {

inline constexpr std::uint16_t us_ascii = 3;  // IANA MIBenum
inline constexpr std::uint16_t utf_8 = 106;

// Column by column: the three columns of the rotation, then the translation, mm.
using Columns = std::array<float, 12>;
using Rgba = std::array<std::uint8_t, 4>;

struct TransformBody {
  Columns columns{};
};

// TDATA. Kinds: 1 tracker, 2 instrument with 6 degrees of freedom, 3 with 3, 4 with 5.
struct TrackingBody {
  struct Element {
    std::string name;  // at most 19 bytes
    std::uint8_t kind = 2;
    std::uint8_t reserved = 0;
    Columns columns{};
  };
  std::vector<Element> elements;
};

// QTDATA: the same with a quaternion x, y, z, w.
struct QuaternionTrackingBody {
  struct Element {
    std::string name;
    std::uint8_t kind = 2;
    std::uint8_t reserved = 0;
    std::array<float, 3> position{};
    std::array<float, 4> quaternion{};
  };
  std::vector<Element> elements;
};

// POSITION comes in three lengths: 7 numbers, 6 (w left out: it is what makes the quaternion one of
// length 1), or 3 (no orientation).
struct PositionBody {
  std::array<float, 3> position{};
  std::array<float, 4> quaternion{0, 0, 0, 1};  // x, y, z, w
  std::uint8_t numbers = 7;
};

struct StringBody {
  std::uint16_t encoding = us_ascii;
  std::string text;
};

struct StatusBody {
  std::uint16_t code = 0;
  std::int64_t subcode = 0;
  std::string error_name;  // at most 19 bytes
  std::string message;
};

// COMMAND and RTS_COMMAND.
struct CommandBody {
  std::uint32_t id = 0;
  std::string name;  // at most 127 bytes
  std::uint16_t encoding = us_ascii;
  std::string text;  // XML
};

struct PointBody {
  struct Element {
    std::string name;   // at most 63 bytes
    std::string group;  // at most 31
    Rgba rgba{};
    std::array<float, 3> position{};
    float radius = 0;
    std::string owner;  // at most 19
  };
  std::vector<Element> elements;
};

// TRAJ. Kinds: 1 entry only, 2 target only, 3 both.
struct TrajectoryBody {
  struct Element {
    std::string name;   // at most 63 bytes
    std::string group;  // at most 31
    std::uint8_t kind = 3;
    std::uint8_t reserved = 0;
    Rgba rgba{};
    std::array<float, 3> entry{};
    std::array<float, 3> target{};
    float radius = 0;
    std::string owner;  // at most 19
  };
  std::vector<Element> elements;
};

enum class Scalar : std::uint8_t {
  int8 = 2,
  uint8 = 3,
  int16 = 4,
  uint16 = 5,
  int32 = 6,
  uint32 = 7,
  float32 = 10,
  float64 = 11,
  complex = 13  // two float64; NDARRAY only
};

struct ImageHeader {
  std::uint16_t version = 1;
  std::uint8_t components = 1;
  Scalar scalar = Scalar::int16;
  std::uint8_t endian = 2;              // of the pixels: 1 big, 2 little
  std::uint8_t coordinates = 1;         // 1 RAS, 2 LPS
  std::array<std::uint16_t, 3> size{};  // of the whole image
  Columns columns{};                    // axes times spacing; then the image's centre
  std::array<std::uint16_t, 3> from{};  // first voxel of the part that is sent
  std::array<std::uint16_t, 3> part{};  // its size
  [[nodiscard]] std::uint64_t pixel_bytes() const;
};
struct ImageBody {
  ImageHeader header;
  std::vector<std::byte> pixels;  // of the part, x fastest
};

struct ImageMetaBody {  // IMGMETA
  struct Element {
    std::string name;                      // at most 63 bytes
    std::string device;                    // at most 19: to ask for with GET_IMAGE
    std::string modality;                  // at most 31
    std::string patient_name, patient_id;  // at most 63
    std::uint64_t timestamp = 0;
    std::array<std::uint16_t, 3> size{};
    std::uint8_t scalar = 0;
    std::uint8_t reserved = 0;
  };
  std::vector<Element> elements;
};

struct LabelMetaBody {  // LBMETA
  struct Element {
    std::string name;    // at most 63 bytes
    std::string device;  // at most 19
    std::uint8_t label = 0;
    std::uint8_t reserved = 0;
    Rgba rgba{};
    std::array<std::uint16_t, 3> size{};
    std::string owner;  // at most 19
  };
  std::vector<Element> elements;
};

struct SensorBody {
  std::uint8_t status = 0;
  std::uint64_t unit = 0;      // the protocol's packed SI unit
  std::vector<double> values;  // at most 255
};

struct ArrayBody {  // NDARRAY
  Scalar scalar = Scalar::float64;
  std::vector<std::uint16_t> size;  // at most 255 dimensions
  std::vector<std::byte> values;    // big-endian, as on the wire
};

struct ColorTableBody {            // COLORT
  std::uint8_t index = 3;          // 3: 256 entries, 5: 65536
  std::uint8_t map = 19;           // 3: a byte each, 5: two, 19: R, G, B
  std::vector<std::byte> entries;  // of two bytes: big-endian, as on the wire
};

struct CapabilityBody {
  std::vector<std::string> types;  // at most 12 bytes each
};

// Several messages in one. The children's bodies stay bytes: whoever wants one decodes it, so that
// a BIND within a BIND costs no more than its bytes.
struct BindBody {
  struct Child {
    std::string type;    // at most 12 bytes
    std::string device;  // any length, no zero byte
    std::vector<std::byte> content;
  };
  std::vector<Child> children;
};

// STT_TDATA, STT_QTDATA, ...: the least time between two messages, 0 for each, and the frame.
struct StartBody {
  std::int32_t resolution_ms = 0;
  std::string frame;  // at most 31 bytes
};

// RTS_TDATA and the other replies to STT_ and STP_: 0 accepted, 1 refused.
struct ReplyBody {
  std::uint8_t status = 0;
};

struct PolyDataBody {
  struct Attribute {
    std::uint8_t type = 0;
    std::uint8_t components = 1;
    std::uint32_t count = 0;  // tuples
    std::string name;
    std::vector<float> values;
  };
  // Cells as on the wire: per cell its count of points, then their indices.
  struct Cells {
    std::uint32_t count = 0;
    std::vector<std::uint32_t> words;
  };
  std::vector<std::array<float, 3>> points;
  Cells vertices, lines, polygons, strips;
  std::vector<Attribute> attributes;
};

struct Other {};  // a type not spoken here, or the empty body of a query

using Body = std::variant<Other, TransformBody, TrackingBody, QuaternionTrackingBody, PositionBody,
                          StringBody, StatusBody, CommandBody, PointBody, TrajectoryBody, ImageBody,
                          ImageMetaBody, LabelMetaBody, SensorBody, ArrayBody, ColorTableBody,
                          CapabilityBody, BindBody, StartBody, ReplyBody, PolyDataBody>;

// Bytes of one number; 0 for what is no scalar type.
std::size_t bytes_of(Scalar scalar);

}  // namespace trocar::igtl
