#include "tools/phantom/tissue.hpp"

#include "tools/phantom/random.hpp"

namespace trocar::phantom {
namespace {

// Mean Hounsfield units, portal venous phase at 120 kV, as in clinical CT.
constexpr double air = -1000, skin = 25, fat = -102, muscle = 58, disc_ring = 95, disc_core = 72,
                 csf = 14, cord = 38, cauda = 30, nerve = 42, vessel = 150, vein = 135,
                 kidney = 165, bowel = 38, gas = -850, compact = 1250, lytic = 52, ceramic = 2600,
                 metal = 3071;

}  // namespace

Tissue::Tissue(const Patient& patient, double blur_mm)
    : patient_(patient), blur_mm_(blur_mm), seed_(mix(patient.spine().anatomy().seed, 77)) {}

// Fraction of material within the blur at a signed distance from its surface.
double Tissue::cover(double distance_mm) const {
  const double t = std::clamp(0.5 - distance_mm / (1.6 * blur_mm_), 0.0, 1.0);
  return t * t * (3.0 - 2.0 * t);
}

double Tissue::paint(double under, double over, double distance_mm) const {
  const double c = cover(distance_mm);
  return c <= 0.0 ? under : under + c * (over - under);
}

double Tissue::hounsfield(const Vec& p) const {
  const double from_skin = patient_.skin(p);
  double hu = air;
  if (from_skin < 3.0) {
    const Spine& spine = patient_.spine();
    hu = soft(p, from_skin);
    hu = paint(hu, vein, patient_.vena_cava(p));
    hu = paint(hu, vessel, patient_.aorta(p));
    for (std::size_t i = 0; i + 1 < level_count; ++i) {
      const double d = spine.disc(i, p);
      if (d < 3.0)
        hu = paint(hu,
                   d < -6.0 ? disc_core
                            : disc_ring + (disc_core - disc_ring) * std::clamp(-d / 6.0, 0.0, 1.0),
                   d);
    }
    hu = neural(p, hu);
    hu = bone(p, hu);
    const double lesion = patient_.lesion(p);
    if (lesion < 2.0) hu = paint(hu, lytic + 14.0 * value_noise(seed_ + 5, p / 3.0), lesion);
  }
  for (const Bead& m : patient_.markers())
    hu = paint(hu, m.radius_mm > 1.5 ? ceramic : metal, sphere(p, m.center_mm, m.radius_mm));
  return hu;
}

double Tissue::soft(const Vec& p, double from_skin) const {
  const double x = p.x() - patient_.spine().vertebra(3).center_mm.x();
  const double behind = p.y() - patient_.spine().bodies().at(p.z()).y();
  const double wrinkle = 1.5 * value_noise(seed_ + 1, p / 22.0);
  // Fat under the skin: thick in front and low in the back.
  const double fat_mm = 9.0 + wrinkle + (behind < -30.0 ? 0.10 * (-behind - 30.0) : 0.0);
  const double lobules = value_noise(seed_ + 2, p / 4.0);
  double hu = fat + 7.0 * lobules + (lobules > 1.25 ? 25.0 : 0.0);
  const double wall = from_skin + fat_mm;
  const double abdominal_mm = 13.0 - 5.0 * std::exp(-x * x / 900.0);
  hu = paint(hu, muscle + 4.0 * lobules, wall);
  const double inner = wall + abdominal_mm;
  if (inner < 2.0) hu = paint(hu, behind > 30.0 ? fat : belly(p, inner), inner);
  // Behind the spine the wall is one with the back's own compartment: fascia, fat, muscle.
  if (behind > -60.0) hu = muscles(p, hu);
  return paint(paint(air, skin, from_skin), hu, from_skin + 1.8);
}

double Tissue::muscles(const Vec& p, double hu) const {
  const Spine& spine = patient_.spine();
  const Vec c = spine.canal().at(p.z());
  const double x = std::abs(p.x() - c.x()), y = p.y() - c.y();
  const double down = (spine.vertebra(1).center_mm.z() - p.z()) / 130.0;  // 0 at L1, about 1 at L5
  const double ripple = 1.6 * value_noise(seed_ + 3, Vec(p.x() / 9.0, p.y() / 9.0, p.z() / 30.0));
  const double streak = value_noise(seed_ + 4, Vec(p.x() / 2.6, p.y() / 2.6, p.z() / 14.0));
  const double meat =
      muscle + 5.0 * streak - (streak > 0.85 ? 55.0 * std::min(1.0, 4.0 * (streak - 0.85)) : 0.0);
  const double d = std::clamp(down, -0.2, 1.2);
  // Multifidus beside the spinous process grows downwards, longissimus and iliocostalis shrink.
  const double multifidus =
      superellipse(x - 15.0 - 2.0 * d, y - 27.0, 12.5 + 4.0 * d, 17.0 + 2.0 * d, 2.4) + ripple;
  const double longissimus =
      superellipse(x - 43.0, y - 24.0 + 2.0 * d, 18.0 - 2.0 * d, 17.5 - 2.0 * d, 2.3) + ripple;
  const double iliocostalis =
      superellipse(x - 70.0, y - 17.0, 13.0 - 3.0 * d, 14.0 - 2.0 * d, 2.2) + ripple;
  hu = paint(hu, fat + 5.0 * streak, superellipse(x, y - 22.0, 86.0, 27.0, 3.0));
  for (const double m : {multifidus, longissimus, iliocostalis}) hu = paint(hu, meat, m);
  const double short_muscles = superellipse(x - 25.0, y - 2.0, 13.0, 9.0, 2.0) + ripple;
  hu = paint(hu, meat, short_muscles);
  const double quadratus = ellipse((x - 63.0) + 0.35 * (y + 12.0), y + 10.0, 17.0, 8.5) + ripple;
  if (d < 1.05) hu = paint(hu, meat, quadratus);
  const double size = std::clamp(0.45 + 0.62 * d, 0.3, 1.1);
  const double psoas =
      ellipse(x - 30.0 - 11.0 * d, y + 32.0 + 4.0 * d, 17.5 * size, 23.0 * size) + 0.5 * ripple;
  if (p.z() < spine.vertebra(0).center_mm.z()) hu = paint(hu, meat, psoas);
  return hu;
}

double Tissue::belly(const Vec& p, double from_wall) const {
  const Vec l3 = patient_.spine().vertebra(3).center_mm;
  const Vec q = p - l3;
  double hu = fat + 6.0 * value_noise(seed_ + 6, p / 5.0);
  // Gut: loops where a slow noise is high, some with gas, none behind or against the wall.
  const double loops = value_noise(seed_ + 7, Vec(p.x() / 24.0, p.y() / 24.0, p.z() / 30.0));
  const double front = std::min({(-q.y() - 46.0) / 8.0, -from_wall / 8.0, 1.0});
  const double loop_mm = -9.0 * (loops - 0.05 - std::max(0.0, 1.0 - front));
  if (loop_mm < 2.0) hu = paint(hu, bowel + 9.0 * value_noise(seed_ + 8, p / 4.0), loop_mm);
  if (loop_mm < -4.0)
    hu = paint(hu, gas, std::max(loop_mm + 5.5, 30.0 * (value_noise(seed_ + 9, p / 34.0) - 0.1)));
  for (const double side : {1.0, -1.0}) {
    const Vec kidney_at(side * (63.0 - 0.10 * (q.z() - 45.0)), -14.0 + 0.10 * (q.z() - 45.0),
                        side > 0 ? 52.0 : 42.0);
    const Vec k = q - kidney_at;
    const double outer = ellipsoid(k, {25.0, 26.0, 52.0});
    if (outer > 2.0) continue;
    const double sinus = ellipsoid(k + Vec(side * 17.0, 8.0, 0.0), {17.0, 9.0, 20.0});
    hu = paint(hu, kidney + 10.0 * value_noise(seed_ + 10, p / 5.0), outer);
    hu = paint(hu, fat + 30.0, sinus);
  }
  return hu;
}

double Tissue::neural(const Vec& p, double hu) const {
  const Spine& spine = patient_.spine();
  const Vec c = spine.canal().at(p.z());
  const Vec q(p.x() - c.x(), p.y() - c.y(), 0.0);
  if (q.squaredNorm() > 45.0 * 45.0) return hu;
  // Epidural fat fills the canal and reaches into the foramina.
  const double canal = ellipse(q.x(), q.y(), 15.0, 11.0);
  hu = paint(hu, fat + 12.0, canal);
  hu = paint(hu, csf, patient_.thecal_sac(p));
  const double above_l1 = p.z() - spine.vertebra(1).center_mm.z() + 10.0;  // conus at L1-L2
  const double r = std::clamp(0.12 * above_l1 + 1.0, 0.0, 4.2);
  if (above_l1 > -8.0)
    hu = paint(hu, cord, ellipse(q.x(), q.y() - 1.0, 1.25 * r + 0.4, r + 0.3));
  else {
    const double threads = value_noise(seed_ + 11, Vec(p.x() / 1.6, p.y() / 1.6, p.z() / 25.0));
    const double sac = patient_.thecal_sac(p);
    if (sac < -1.0 && q.y() > -1.0) hu += (cauda - csf) * std::clamp(threads, 0.0, 1.0);
  }
  for (std::size_t level = 0; level < s1_level; ++level)
    for (const int side : {1, -1}) hu = paint(hu, nerve, patient_.root(level, side, p));
  return hu;
}

double Tissue::bone(const Vec& p, double hu) const {
  const Spine& spine = patient_.spine();
  const double other = std::min(spine.ilium(p), spine.ribs(p));
  const Spine::Nearest nearest = spine.nearest_bone(p);
  const double d = std::min(other, nearest.distance_mm);
  if (d > 3.0) return hu;
  double shell_mm = 1.7, spongy = spine.anatomy().trabecular_hu;
  const double texture = 0.6 * value_noise(seed_ + 12, Vec(p.x() / 1.5, p.y() / 1.5, p.z() / 3.2)) +
                         0.5 * value_noise(seed_ + 13, p / 3.6);
  if (other >= nearest.distance_mm) {
    const PlacedVertebra& v = spine.vertebra(nearest.level);
    const Vec local = v.to_local(p);
    const double to_back = local.y() - v.size.back_wall_mm();
    // Thin round the body, thick in arch and processes; denser spongiosa towards the end plates.
    const double arch = std::clamp((to_back + 2.0) / 6.0, 0.0, 1.0);
    shell_mm = 1.0 + 0.9 * arch;
    const double level = 2.0 * std::abs(local.z()) / v.size.height_mm();
    spongy += (1.0 - arch) * 45.0 * (level * level - 0.3) + 70.0 * arch;
    // The basivertebral veins gather at the middle of the back wall.
    const double veins =
        capsule(local, Vec(0, -4.0, 0), Vec(0, v.size.back_wall_mm() + 1.0, 0), 1.0, 2.6);
    if (nearest.level < s1_level) {
      spongy = paint(spongy, 45.0, veins);
      if (veins < 0.5) shell_mm = 0.35;
    }
    // A sclerotic rim round part of the lesion.
    if (nearest.level == patient_.lesion_level()) {
      const double rim = patient_.lesion(p);
      const double part = 0.5 + 0.5 * value_noise(seed_ + 14, p / 9.0);
      if (rim < 4.0) spongy += 260.0 * std::clamp(part, 0.0, 1.0) * std::exp(-rim * rim / 3.0);
    }
  }
  const double inside = spongy + 75.0 * texture;
  const double hard = compact + 60.0 * texture;
  const double filled = cover(d), core = cover(d + shell_mm);
  return (1.0 - filled) * hu + (filled - core) * hard + core * inside;
}

}  // namespace trocar::phantom
