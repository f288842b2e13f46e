#include "engine/base/transform.hpp"
using namespace trocar;
Transform<Preop, Reference> wrong(const Eigen::Isometry3d& m) {
  return Transform<Preop, Reference>(m);
}
