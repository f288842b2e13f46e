#include "tools/trocar/unpacked_bytes.hpp"

#include <zlib.h>

#include <algorithm>
#include <string>
#include <utility>

namespace trocar {
namespace {

constexpr std::size_t piece_bytes = std::size_t{64} << 10U;
constexpr int zlib_or_gzip = 15 + 32;  // of inflateInit2: the largest window, either header

}  // namespace

struct UnpackedBytes::Inflater {
  Inflater() { ready = inflateInit2(&z, zlib_or_gzip) == Z_OK; }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
  ~Inflater() { inflateEnd(&z); }

  z_stream z{};
  bool ready = false;
  bool has_ended = false;  // one stream; another may follow
};

UnpackedBytes::UnpackedBytes(const Where& where, std::ifstream in, std::uint64_t bytes)
    : where_(where), in_(std::move(in)), left_(bytes) {
  where_.bytes = bytes;
  if (!where_.is_packed) return;
  packed_.resize(piece_bytes);
  inflater_ = std::make_unique<Inflater>();
}

UnpackedBytes::~UnpackedBytes() = default;

Result<std::unique_ptr<UnpackedBytes>> UnpackedBytes::open(const Where& where) {
  std::ifstream in(where.file, std::ios::binary | std::ios::ate);
  const std::streamoff size = in ? static_cast<std::streamoff>(in.tellg()) : -1;
  if (size < 0) return Error{Code::io, where.file.string() + ": cannot be read"};
  const std::uint64_t from = std::min(where.offset, static_cast<std::uint64_t>(size));
  const std::uint64_t there = static_cast<std::uint64_t>(size) - from;
  if (where.bytes.value_or(0) > there) {
    return Error{Code::malformed, where.file.string() + ": expected " +
                                      std::to_string(*where.bytes) + " bytes of pixels, found " +
                                      std::to_string(there)};
  }
  in.seekg(static_cast<std::streamoff>(from));
  std::unique_ptr<UnpackedBytes> bytes(
      new UnpackedBytes(where, std::move(in), where.bytes.value_or(there)));
  if (bytes->inflater_ && !bytes->inflater_->ready) {
    return Error{Code::io, "expected memory to unpack with, found none"};
  }
  return bytes;
}

bool UnpackedBytes::is_whole() const { return !inflater_ || inflater_->has_ended; }

Result<std::size_t> UnpackedBytes::read(std::span<std::byte> out) {
  std::size_t got = 0;
  while (got < out.size()) {
    const auto some = inflater_ ? inflate_some(out.subspan(got)) : read_some(out.subspan(got));
    if (!some) return some.error();
    if (some.value() == 0) break;
    got += some.value();
  }
  return got;
}

Result<std::uint64_t> UnpackedBytes::skip(std::uint64_t n) {
  scratch_.resize(piece_bytes);
  std::uint64_t skipped = 0;
  while (skipped < n) {
    const auto wanted = std::min<std::uint64_t>(n - skipped, scratch_.size());
    const auto got = read(std::span(scratch_).first(static_cast<std::size_t>(wanted)));
    if (!got) return got.error();
    skipped += got.value();
    if (got.value() < wanted) break;
  }
  return skipped;
}

Result<std::size_t> UnpackedBytes::read_some(std::span<std::byte> out) {
  const auto n = static_cast<std::size_t>(std::min<std::uint64_t>(out.size(), left_));
  in_.read(reinterpret_cast<char*>(out.data()), static_cast<std::streamsize>(n));
  if (static_cast<std::size_t>(in_.gcount()) < n) {
    return Error{Code::io, where_.file.string() + ": cannot be read to its end"};
  }
  left_ -= n;
  return n;
}

Status UnpackedBytes::refill() {
  z_stream& z = inflater_->z;
  const auto got = read_some(packed_);
  if (!got) return got.error();
  z.next_in = reinterpret_cast<Bytef*>(packed_.data());
  z.avail_in = static_cast<uInt>(got.value());
  return Done{};
}

Error UnpackedBytes::damage() const {
  const z_stream& z = inflater_->z;
  const std::uint64_t at = where_.offset + *where_.bytes - left_ - z.avail_in;
  return {Code::malformed,
          where_.file.string() + ": expected packed pixels, found damage at byte " +
              std::to_string(at) + (z.msg != nullptr ? std::string(" (") + z.msg + ")" : "")};
}

// 0 at the end of what is packed, or of the file.
Result<std::size_t> UnpackedBytes::inflate_some(std::span<std::byte> out) {
  z_stream& z = inflater_->z;
  const auto n = static_cast<uInt>(std::min<std::size_t>(out.size(), std::size_t{1} << 30U));
  z.next_out = reinterpret_cast<Bytef*>(out.data());
  z.avail_out = n;
  // zlib may hold output for which it needs no more input.
  for (bool is_dry = inflater_->has_ended; z.avail_out == n; is_dry = true) {
    if (z.avail_in == 0 && is_dry) {
      if (const Status done = refill(); !done) return done.error();
      if (z.avail_in == 0) return std::size_t{0};
    }
    if (inflater_->has_ended) inflateReset(&z);
    const int state = inflate(&z, Z_NO_FLUSH);
    if (state != Z_OK && state != Z_STREAM_END && state != Z_BUF_ERROR) return damage();
    inflater_->has_ended = state == Z_STREAM_END;
  }
  return static_cast<std::size_t>(n - z.avail_out);
}

}  // namespace trocar
