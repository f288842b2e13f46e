#include "tools/trocar/export_transform.hpp"

#include <hdf5.h>

#include <array>
#include <span>

namespace trocar {
namespace {

// A handle of the library, closed in the end. Below 0: that, or what it hangs on, failed.
class Handle {
 public:
  Handle(hid_t id, herr_t (*close)(hid_t)) : id_(id), close_(close) {}
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  ~Handle() {
    if (id_ >= 0) close_(id_);
  }
  operator hid_t() const { return id_; }  // NOLINT(google-explicit-constructor): it is one
 private:
  hid_t id_;
  herr_t (*close_)(hid_t);
};

bool write_numbers(hid_t at, const char* name, std::span<const double> numbers) {
  const hsize_t size = numbers.size();
  const Handle space(H5Screate_simple(1, &size, nullptr), H5Sclose);
  const Handle set(
      H5Dcreate2(at, name, H5T_IEEE_F64LE, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT), H5Dclose);
  return set >= 0 &&
         H5Dwrite(set, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, numbers.data()) >= 0;
}

bool write_text(hid_t at, const char* name, const char* text) {
  const hsize_t one = 1;
  const Handle type(H5Tcopy(H5T_C_S1), H5Tclose);
  if (H5Tset_size(type, H5T_VARIABLE) < 0) return false;
  const Handle space(H5Screate_simple(1, &one, nullptr), H5Sclose);
  const Handle set(H5Dcreate2(at, name, type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT),
                   H5Dclose);
  return set >= 0 && H5Dwrite(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, &text) >= 0;
}

// The layout of itk::HDF5TransformIO: TransformGroup/0 with type, fixed parameters (the centre) and
// parameters (matrix row by row, translation).
bool write(const char* file, const std::array<double, 12>& parameters) {
  const Handle out(H5Fcreate(file, H5F_ACC_EXCL, H5P_DEFAULT, H5P_DEFAULT), H5Fclose);
  if (out < 0) return false;
  const Handle all(H5Gcreate2(out, "/TransformGroup", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT),
                   H5Gclose);
  const Handle first(H5Gcreate2(out, "/TransformGroup/0", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT),
                     H5Gclose);
  if (first < 0) return false;
  constexpr std::array<double, 3> centre{0, 0, 0};
  return write_text(first, "TransformType", "AffineTransform_double_3_3") &&
         write_numbers(first, "TransformFixedParameters", centre) &&
         write_numbers(first, "TransformParameters", parameters) &&
         H5Fflush(out, H5F_SCOPE_LOCAL) >= 0;
}

}  // namespace

Status write_transform(const std::filesystem::path& file, const Eigen::Isometry3d& to_from) {
  const Eigen::Isometry3d from_to = to_from.inverse();
  std::array<double, 12> parameters{};
  for (int i = 0; i < 9; ++i)
    parameters.at(static_cast<std::size_t>(i)) = from_to.linear()(i / 3, i % 3);
  for (int i = 0; i < 3; ++i)
    parameters.at(9U + static_cast<std::size_t>(i)) = from_to.translation()[i];
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);  // errors are ours to tell
  if (write(file.c_str(), parameters)) return Done{};
  return Error{Code::io, file.string() + ": cannot be written"};
}

}  // namespace trocar
