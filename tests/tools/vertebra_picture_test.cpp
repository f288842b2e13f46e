#include "tools/pictures/vertebra_picture.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

#include "tools/pictures/lettering.hpp"

using namespace trocar;
using Eigen::Vector3d;

namespace {

constexpr int bone_label = 31;
constexpr double px_per_mm = 5;

// A block of bone in muscle, voxels of 1 mm: its faces lie half way between voxel centres, so that
// CT and label map have them at the same place: x 9.5 to 29.5, y 14.5 to 34.5, z 7.5 to 32.5.
bool is_bone(int x, int y, int z) {
  return x >= 10 && x < 30 && y >= 15 && y < 35 && z >= 8 && z < 33;
}
const Point<Preop> bone_middle{{19.5, 24.5, 20.0}};

VolumeGeometry box_at(const Vector3d& origin_mm) {
  VolumeGeometry g;
  g.size = {40, 48, 42};
  g.origin.mm = origin_mm;
  return g;
}

template <class F>
void for_voxels(const VolumeGeometry& g, F f) {
  for (int z = 0; z < g.size[2]; ++z)
    for (int y = 0; y < g.size[1]; ++y)
      for (int x = 0; x < g.size[0]; ++x) f(x, y, z);
}

// The bone of a scan that lies somewhere else and has it that much brighter.
std::shared_ptr<const CtVolume> scan_at(const Vector3d& origin_mm, int brighter_hu) {
  auto out = std::make_shared<CtVolume>();
  out->geometry = box_at(origin_mm);
  for_voxels(out->geometry, [&](int x, int y, int z) {
    const int hu = is_bone(x, y, z) ? 600 + brighter_hu : 40 + x % 2;  // muscle with a grain
    out->hounsfield.push_back(static_cast<std::int16_t>(hu));
  });
  return out;
}

std::shared_ptr<const LabelVolume> label_map() {
  auto out = std::make_shared<LabelVolume>();
  out->geometry = box_at(Vector3d::Zero());
  for_voxels(out->geometry, [&](int x, int y, int z) {
    out->labels.push_back(is_bone(x, y, z) ? bone_label : 0);
  });
  return out;
}

// The patient moved by this between the scans.
const Vector3d moved_mm(4, -3, 2);

Transform<Preop, Intraop> pose_off(const Vector3d& error_mm) {
  const Eigen::Isometry3d m(Eigen::Translation3d(error_mm - moved_mm));
  return Transform<Preop, Intraop>::declare(m);  // CLAIM: the test's own truth, and so far off
}

RegisteredScans scans() {
  return {scan_at(Vector3d::Zero(), 0), label_map(), scan_at(moved_mm, 100)};
}

Cut axial() { return cut_through({bone_middle.mm + moved_mm}, Plane::axial, 32, px_per_mm); }

// Pixel of a place of the bone's own, along a row.
double column_of(const Cut& cut, double preop_x_mm) {
  return (preop_x_mm + moved_mm.x() - cut.corner.mm.x()) * px_per_mm;
}

// Where a row first has this colour, purer than any mixture with grey.
int first_column(const Picture& picture, int row, const Rgb& colour) {
  for (int x = 0; x < picture.width; ++x) {
    const Rgb& c = picture.at(x, row);
    int off = 0;
    for (std::size_t k = 0; k < 3; ++k) off = std::max(off, std::abs(c[k] - colour[k]));
    if (off < 60) return x;
  }
  return -1;
}

Picture drawn(const Cut& cut, const Transform<Preop, Intraop>& pose) {
  Picture picture = scans().intraop(cut);
  draw_outlines(picture, scans().contour(cut, pose, bone_label), {registered_colour, 1.6});
  return picture;
}

std::size_t pixels_of(const Picture& picture, const Rgb& colour) {
  return static_cast<std::size_t>(std::count(picture.pixels.begin(), picture.pixels.end(), colour));
}

VertebraCase case_from(const Transform<Preop, Intraop>& start) {
  return {bone_label,          bone_middle, bone_middle,   start,
          pose_off({0, 0, 0}), true,        "L1 accepted", "score 0.95"};
}

Picture whole_picture(const Transform<Preop, Intraop>& start, bool accepted) {
  VertebraCase shown = case_from(start);
  shown.accepted = accepted;
  return draw_vertebra(scans(), shown);
}

}  // namespace

TEST_CASE("at the registered pose the contour lies on the edge of the bone in the picture") {
  const Cut cut = axial();
  const Picture picture = drawn(cut, pose_off({0, 0, 0}));
  const int row = cut.size_px / 2, line = first_column(picture, row, registered_colour);
  // The face of the block is at 9.5 mm; a pixel is 0.2 mm.
  CHECK(std::abs(line - column_of(cut, 9.5)) <= 1);
  // Muscle (41 HU) before it and bone (700 HU) behind it: the picture's own edge is there.
  const Picture bare = scans().intraop(cut);
  CHECK(bare.at(line - 4, row)[0] < 80);
  CHECK(bare.at(line + 4, row)[0] > 160);
}

TEST_CASE("a pose that is a millimetre off is drawn five pixels off") {
  const Cut cut = axial();
  const int row = cut.size_px / 2;
  const int right = first_column(drawn(cut, pose_off({0, 0, 0})), row, registered_colour);
  // preop_from_intraop too far to the left puts the label too far to the right.
  const int wrong = first_column(drawn(cut, pose_off({-1, 0, 0})), row, registered_colour);
  CHECK(wrong - right == 5);
}

TEST_CASE("squares of the checkerboard alternate between the scans, and show which one they are") {
  const Cut cut = axial();
  const Picture board = scans().checkerboard(cut, pose_off({0, 0, 0}), 10);
  const Picture scan = scans().intraop(cut);
  const int middle = cut.size_px / 2, half = 25;  // pixels: the middle of a square of 10 mm
  for (const int dx : {-half, half})
    for (const int dy : {-half, half}) {
      const Rgb& c = board.at(middle + dx, middle + dy);
      const bool is_preop = dx * dy < 0;
      INFO(dx << " " << dy);
      if (is_preop) {
        CHECK(c[0] > c[2] + 20);  // tinted, and its bone is 100 HU darker
        CHECK(c[0] < scan.at(middle + dx, middle + dy)[0]);
      } else {
        CHECK(c == scan.at(middle + dx, middle + dy));
      }
    }
}

TEST_CASE(
    "in the checkerboard the bone's edge runs on at the right pose and is broken at another") {
  const Cut cut = axial();
  // Along the two rows of squares about the middle: where bone begins on the left, 10 mm from the
  // middle. Squares of 6 mm: the edges of both poses lie in one square.
  const auto edge = [&](const Picture& board, int row) {
    int x = 0;
    while (x < board.width && board.at(x, row)[0] < 120) ++x;
    return x;
  };
  const int above = cut.size_px / 2 - 10, below = cut.size_px / 2 + 10;
  const Picture right = scans().checkerboard(cut, pose_off({0, 0, 0}), 6);
  CHECK(std::abs(edge(right, above) - edge(right, below)) <= 1);
  const Picture wrong = scans().checkerboard(cut, pose_off({-2, 0, 0}), 6);
  CHECK(std::abs(std::abs(edge(wrong, above) - edge(wrong, below)) - 10) <= 1);
}

TEST_CASE("cuts are seen as by a radiologist: right on the left, front and head up") {
  const Point<Intraop> p{{1, 2, 3}};
  const Cut axial = cut_through(p, Plane::axial, 10, px_per_mm);
  const Cut sagittal = cut_through(p, Plane::sagittal, 10, px_per_mm);
  const Cut coronal = cut_through(p, Plane::coronal, 10, px_per_mm);
  for (const Cut& c : {axial, sagittal, coronal}) {
    CHECK(c.size_px == 50);
    CHECK(distance_mm(c.at(24.5, 24.5), p) < 1e-9);
  }
  // LPS: a step to the right in the picture is to the patient's left, or back.
  CHECK((axial.right_mm - Vector3d(0.2, 0, 0)).norm() < 1e-12);
  CHECK((axial.down_mm - Vector3d(0, 0.2, 0)).norm() < 1e-12);
  CHECK((sagittal.right_mm - Vector3d(0, 0.2, 0)).norm() < 1e-12);
  CHECK((sagittal.down_mm - Vector3d(0, 0, -0.2)).norm() < 1e-12);
  CHECK((coronal.right_mm - Vector3d(0.2, 0, 0)).norm() < 1e-12);
  CHECK((coronal.down_mm - Vector3d(0, 0, -0.2)).norm() < 1e-12);
}

TEST_CASE("what a scan does not show is no grey: nobody takes its end for air") {
  const Picture far = scans().intraop(cut_through({{500, 0, 0}}, Plane::axial, 10, px_per_mm));
  const Rgb c = far.at(20, 20);
  CHECK(c[2] > c[0] + 20);
  CHECK(pixels_of(far, c) == far.pixels.size());
}

TEST_CASE("the value that fills the corners round a field is air in the field, and no end of it") {
  auto ct = std::make_shared<CtVolume>(*scan_at(Vector3d::Zero(), 0));
  const auto& n = ct->geometry.size;
  std::size_t i = 0;
  for_voxels(ct->geometry, [&](int x, int y, int) {
    const double r = std::hypot((2.0 * x - n[0] + 1) / n[0], (2.0 * y - n[1] + 1) / n[1]);
    if (r > 1 || (x == 20 && y == 10)) ct->hounsfield[i] = -1024;
    ++i;
  });
  const RegisteredScans round(ct, label_map(), ct);
  const Cut cut = cut_through({{19.5, 23.5, 20}}, Plane::axial, 50, px_per_mm);
  const Picture picture = round.intraop(cut);
  const auto at = [&](double x_mm, double y_mm) {
    const Vector3d px = px_per_mm * (Vector3d(x_mm, y_mm, 0) - cut.corner.mm);
    return picture.at(static_cast<int>(px.x()), static_cast<int>(px.y()));
  };
  CHECK(at(20, 10) == Rgb{0, 0, 0});
  CHECK(at(1, 1)[2] > at(1, 1)[0] + 20);
}

TEST_CASE("a start that was off is seen beside the registered contour") {
  // The start's line is thin and dim: counted by its hue.
  const auto orange = [](const Picture& p) {
    return std::count_if(p.pixels.begin(), p.pixels.end(),
                         [](const Rgb& c) { return c[0] > 150 && c[2] < 90 && c[0] > c[1] + 60; });
  };
  const auto same = orange(whole_picture(pose_off({0, 0, 0}), true));
  const auto off = orange(whole_picture(pose_off({3, 3, 3}), true));
  CHECK(off > same + 500);
}

TEST_CASE("where no place was found no contour claims one") {
  VertebraCase shown = case_from(pose_off({0, 0, 0}));
  CHECK(pixels_of(draw_vertebra(scans(), shown), registered_colour) > 0);
  shown.registered.reset();
  CHECK(pixels_of(draw_vertebra(scans(), shown), registered_colour) == 0);
}

TEST_CASE("a refused registration is not drawn as an accepted one: its verdict is red") {
  const auto verdict = [](bool accepted) {
    const Picture p = whole_picture(pose_off({1, 1, 1}), accepted);
    std::array<int, 3> sum{};
    for (int y = 0; y < 40; ++y)
      for (int x = 0; x < p.width; ++x)
        for (std::size_t c = 0; c < 3; ++c) sum[c] += p.at(x, y)[c] - p.at(p.width - 1, 0)[c];
    return sum;
  };
  CHECK(verdict(true)[1] > 1.5 * verdict(true)[0]);
  CHECK(verdict(false)[0] > 1.5 * verdict(false)[1]);
}

TEST_CASE("text is written without a display, above its bottom, and says its width") {
  Picture page(200, 60, {0, 0, 0});
  const int width = write_text(page, "L3 accepted", 10, 40, {24, {255, 255, 255}});
  CHECK(width > 80);
  int top = 60, bottom = 0, right = 0;
  for (int y = 0; y < page.height; ++y)
    for (int x = 0; x < page.width; ++x) {
      if (page.at(x, y)[0] < 128) continue;
      top = std::min(top, y), bottom = std::max(bottom, y), right = std::max(right, x);
    }
  CHECK(top > 15);
  CHECK(bottom > 36);  // the p hangs
  CHECK(bottom <= 40);
  CHECK(std::abs(right - 10 - width) < 4);
}
