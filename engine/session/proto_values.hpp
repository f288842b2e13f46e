#pragma once
#include <Eigen/Core>
#include <algorithm>
#include <optional>
#include <string>

#include "engine/base/bounded.hpp"
#include "engine/base/fixed_text.hpp"
#include "engine/base/time.hpp"
#include "engine/base/transform.hpp"
#include "engine/session/messages.pb.h"

// The small steps that every message is made of. Only for .cpp files: protobuf stays inside.
namespace trocar::proto {

namespace v1 = trocar::session::v1;

inline std::int64_t ns_of(Timestamp t) { return t.time_since_epoch().count(); }
inline Timestamp at_ns(std::int64_t ns) { return Timestamp(Duration(ns)); }

template <class To, class From>
void put(const Transform<To, From>& t, v1::Pose& out) {
  const Eigen::Matrix<double, 3, 4> m = t.matrix().matrix().template topRows<3>();
  for (int row = 0; row < 3; ++row) {
    for (int column = 0; column < 4; ++column) out.add_rows(m(row, column));
  }
}

// Whatever numbers stand there: a session may hold what a device said wrongly, and the navigator
// refused.
template <class To, class From>
std::optional<Transform<To, From>> transform_of(const v1::Pose& in) {
  if (in.rows_size() != 12) return std::nullopt;
  Eigen::Isometry3d m = Eigen::Isometry3d::Identity();
  for (int i = 0; i < 12; ++i) m.matrix()(i / 4, i % 4) = in.rows(i);
  return Transform<To, From>::declare(m);  // CLAIM: recorded from a Transform of these frames
}

template <class Vector>
void put_vector(const Vector& mm, v1::Point& out) {
  out.set_x(mm.x());
  out.set_y(mm.y());
  out.set_z(mm.z());
}
inline Eigen::Vector3d vector_of(const v1::Point& in) { return {in.x(), in.y(), in.z()}; }

template <std::size_t Capacity>
bool take_text(const std::string& in, FixedText<Capacity>& out) {
  out = in;
  return in.size() <= Capacity;
}

// An enumerator of the house from one of the file: the same numbers, `last` the greatest.
template <class Mine>
bool take_enum(int in, Mine last, Mine& out) {
  if (in < 0 || in > static_cast<int>(last)) return false;
  out = static_cast<Mine>(in);
  return true;
}

// Counts that fit, each element taken.
template <class In, class T, std::size_t Capacity, class Take>
bool take_all(const In& in, Bounded<T, Capacity>& out, const Take& take) {
  if (static_cast<std::size_t>(in.size()) > Capacity) return false;
  return std::all_of(in.begin(), in.end(), [&](const auto& one) {
    T value{};
    return take(one, value) && out.push_back(value);
  });
}

}  // namespace trocar::proto
