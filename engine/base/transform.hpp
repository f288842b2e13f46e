#pragma once
#include <Eigen/Geometry>
#include <type_traits>

#include "engine/base/frames.hpp"

namespace trocar {

// A place and a difference of places, in millimetres. A Point feels translation, an Offset does
// not.
template <class Frame>
struct Point {
  Eigen::Vector3d mm = Eigen::Vector3d::Zero();
};
template <class Frame>
struct Offset {
  Eigen::Vector3d mm = Eigen::Vector3d::Zero();
};

template <class F>
Offset<F> operator-(const Point<F>& a, const Point<F>& b) {
  return {a.mm - b.mm};
}
template <class F>
Point<F> operator+(const Point<F>& a, const Offset<F>& d) {
  return {a.mm + d.mm};
}
template <class F>
Offset<F> operator*(double s, const Offset<F>& d) {
  return {s * d.mm};
}
template <class F>
double distance_mm(const Point<F>& a, const Point<F>& b) {
  return (a.mm - b.mm).norm();
}

// Rigid transform: maps Point<From> to Point<To>, millimetres, rotation with determinant +1.
// Values are named to_from, so that names cancel as types do: a_from_b * b_from_c = a_from_c.
template <class To, class From>
class Transform {
 public:
  // The one place where raw numbers become a claim about two frames; say why it is true in a
  // comment that starts with CLAIM. Only drivers, calibration, file readers and tests may call it.
  // The matrix must be a proper rotation and a translation in mm (see is_rigid).
  static Transform declare(const Eigen::Isometry3d& to_from) { return Transform(to_from); }
  static Transform identity() {
    static_assert(std::is_same_v<To, From>, "identity exists only from a frame to itself");
    return Transform(Eigen::Isometry3d::Identity());
  }

  [[nodiscard]] Transform<From, To> inverse() const {
    return Transform<From, To>(matrix_.inverse(Eigen::Isometry));
  }
  [[nodiscard]] const Eigen::Isometry3d& matrix() const { return matrix_; }
  [[nodiscard]] Eigen::Matrix3d rotation() const { return matrix_.linear(); }
  // Where the origin of From lies in To, mm.
  [[nodiscard]] Point<To> origin() const { return {matrix_.translation()}; }

 private:
  template <class, class>
  friend class Transform;
  template <class A, class B, class C, class D>
  friend Transform<A, D> operator*(const Transform<A, B>& l, const Transform<C, D>& r);

  explicit Transform(const Eigen::Isometry3d& m) : matrix_(m) {}
  Eigen::Isometry3d matrix_;
};

template <class A, class B, class C, class D>
Transform<A, D> operator*(const Transform<A, B>& l, const Transform<C, D>& r) {
  static_assert(std::is_same_v<B, C>, "frames do not meet: a_from_b * c_from_d needs b == c");
  return Transform<A, D>(l.matrix_ * r.matrix_);
}
template <class A, class B, class C>
Point<A> operator*(const Transform<A, B>& t, const Point<C>& p) {
  static_assert(std::is_same_v<B, C>, "point is not in the frame this transform takes");
  return {t.matrix() * p.mm};
}
template <class A, class B, class C>
Offset<A> operator*(const Transform<A, B>& t, const Offset<C>& v) {
  static_assert(std::is_same_v<B, C>, "offset is not in the frame this transform takes");
  return {t.matrix().linear() * v.mm};
}

// True when every entry is finite, det = +1 and the rotation is orthonormal, both to `tolerance`.
inline bool is_rigid(const Eigen::Isometry3d& m, double tolerance = 1e-3) {
  const Eigen::Matrix3d r = m.linear();
  if (!m.matrix().allFinite()) return false;
  const double skew = (r.transpose() * r - Eigen::Matrix3d::Identity()).cwiseAbs().maxCoeff();
  return skew <= tolerance && std::abs(r.determinant() - 1.0) <= tolerance;
}

// Angle of the rotation between two transforms of the same frames, rad, in [0, pi].
template <class To, class From>
double angle_between_rad(const Transform<To, From>& a, const Transform<To, From>& b) {
  const Eigen::Quaterniond qa(a.rotation());
  return qa.angularDistance(Eigen::Quaterniond(b.rotation()));
}

// Between two transforms of the same frames: slerp of rotation, linear translation; fraction in
// [0, 1], never beyond (the engine does not extrapolate).
template <class To, class From>
Transform<To, From> interpolate(const Transform<To, From>& a, const Transform<To, From>& b,
                                double fraction) {
  const Eigen::Quaterniond qa(a.rotation());
  const Eigen::Quaterniond q = qa.slerp(fraction, Eigen::Quaterniond(b.rotation()));
  Eigen::Isometry3d m = Eigen::Isometry3d::Identity();
  m.linear() = q.normalized().toRotationMatrix();
  m.translation() = (1.0 - fraction) * a.origin().mm + fraction * b.origin().mm;
  return Transform<To, From>::declare(m);  // CLAIM: between two poses of the same pair of frames
}

}  // namespace trocar
