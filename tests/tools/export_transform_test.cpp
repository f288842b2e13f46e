#include <itkAffineTransform.h>
#include <itkHDF5TransformIOFactory.h>
#include <itkTransformFileReader.h>

#include <catch2/catch.hpp>

#include "tests/tools/temporary_folder.hpp"
#include "tools/trocar/export_transform.hpp"

// Our transform files, read by ITK itself: what 3D Slicer reads them with.
using namespace trocar;

namespace {

Eigen::Isometry3d some_pose() {
  Eigen::Isometry3d pose = Eigen::Isometry3d::Identity();
  pose.linear() = Eigen::AngleAxisd(0.7, Eigen::Vector3d(1, 2, 3).normalized()).toRotationMatrix();
  pose.translation() = Eigen::Vector3d(10.5, -20.25, 1500.125);
  return pose;
}

}  // namespace

TEST_CASE("ITK reads a transform file of ours: to where it came from, bit for bit") {
  const TemporaryFolder folder;
  const auto file = folder.path() / "registration.h5";
  REQUIRE(write_transform(file, some_pose()));
  itk::HDF5TransformIOFactory::RegisterOneFactory();
  const auto reader = itk::TransformFileReaderTemplate<double>::New();
  reader->SetFileName(file.string());
  reader->Update();
  REQUIRE(reader->GetTransformList()->size() == 1);
  using Affine = itk::AffineTransform<double, 3>;
  const auto* read = dynamic_cast<const Affine*>(reader->GetTransformList()->front().GetPointer());
  REQUIRE(read != nullptr);
  const Eigen::Isometry3d inverse = some_pose().inverse();
  for (unsigned i = 0; i < 3; ++i) {
    CHECK(read->GetTranslation()[i] == inverse.translation()[i]);
    for (unsigned k = 0; k < 3; ++k) CHECK(read->GetMatrix()(i, k) == inverse.linear()(i, k));
  }
  // A point of the moved frame comes back from where the pose puts it.
  const Eigen::Vector3d moved = some_pose() * Eigen::Vector3d(1, 2, 3);
  const auto back = read->TransformPoint(Affine::InputPointType(moved.data()));
  CHECK(back[0] == Approx(1));
  CHECK(back[1] == Approx(2));
  CHECK(back[2] == Approx(3));
}

TEST_CASE("a transform file is not written over, nor where there is no folder") {
  const TemporaryFolder folder;
  const auto file = folder.path() / "t.h5";
  REQUIRE(write_transform(file, Eigen::Isometry3d::Identity()));
  CHECK_FALSE(write_transform(file, some_pose()));
  CHECK_FALSE(write_transform(folder.path() / "none" / "t.h5", some_pose()));
}
