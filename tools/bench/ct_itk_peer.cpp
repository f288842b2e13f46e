// ITK's own registration framework as a peer of bench_ct, run as a program like the others: metric,
// files of the fixed and the moving CT and of the fixed one's mask, three Euler angles (rad, Rz Rx
// Ry) and the translation (mm) to start from. Prints what it found the same way.
#include <itkCorrelationImageToImageMetricv4.h>
#include <itkEuler3DTransform.h>
#include <itkImageFileReader.h>
#include <itkImageMaskSpatialObject.h>
#include <itkImageRegistrationMethodv4.h>
#include <itkMattesMutualInformationImageToImageMetricv4.h>
#include <itkMetaImageIOFactory.h>
#include <itkMultiThreaderBase.h>
#include <itkRegistrationParameterScalesFromPhysicalShift.h>
#include <itkRegularStepGradientDescentOptimizerv4.h>

#include <cstdio>
#include <cstdlib>
#include <string>

namespace {

using Image = itk::Image<float, 3>;
using Mask = itk::ImageMaskSpatialObject<3>;
using Pose = itk::Euler3DTransform<double>;
using Metric = itk::ImageToImageMetricv4<Image, Image>;

template <class Read>
typename Read::Pointer read(const char* file) {
  auto reader = itk::ImageFileReader<Read>::New();
  reader->SetFileName(file);
  reader->Update();
  return reader->GetOutput();
}

Metric::Pointer metric_of(const std::string& name) {
  if (name == "correlation") {
    return itk::CorrelationImageToImageMetricv4<Image, Image>::New().GetPointer();
  }
  auto mutual_information = itk::MattesMutualInformationImageToImageMetricv4<Image, Image>::New();
  mutual_information->SetNumberOfHistogramBins(32);
  return mutual_information.GetPointer();
}

itk::RegularStepGradientDescentOptimizerv4<double>::Pointer optimizer_for(Metric* metric) {
  auto scales = itk::RegistrationParameterScalesFromPhysicalShift<Metric>::New();
  scales->SetMetric(metric);
  auto optimizer = itk::RegularStepGradientDescentOptimizerv4<double>::New();
  optimizer->SetScalesEstimator(scales);
  optimizer->SetLearningRate(1.0);
  optimizer->SetMinimumStepLength(1e-3);
  optimizer->SetRelaxationFactor(0.6);
  optimizer->SetNumberOfIterations(150);
  optimizer->SetReturnBestParametersAndValue(true);
  return optimizer;
}

void register_rigidly(char** argv) {
  auto mask = Mask::New();
  mask->SetImage(read<Mask::ImageType>(argv[4]));
  mask->Update();
  const Metric::Pointer metric = metric_of(argv[1]);
  metric->SetFixedImageMask(mask);
  auto pose = Pose::New();
  Pose::ParametersType start(6);
  for (unsigned k = 0; k < 6; ++k) start[k] = std::strtod(argv[5 + k], nullptr);
  pose->SetParameters(start);

  using Method = itk::ImageRegistrationMethodv4<Image, Image, Pose>;
  auto method = Method::New();
  method->SetFixedImage(read<Image>(argv[2]));
  method->SetMovingImage(read<Image>(argv[3]));
  method->SetMetric(metric);
  method->SetOptimizer(optimizer_for(metric));
  method->SetInitialTransform(pose);
  method->InPlaceOn();
  method->SetNumberOfLevels(3);
  Method::ShrinkFactorsArrayType shrink(3);
  Method::SmoothingSigmasArrayType smooth(3);
  for (unsigned k = 0; k < 3; ++k) {
    shrink[k] = 4U >> k;
    smooth[k] = k == 2 ? 0 : 2.0 / (k + 1);  // mm
  }
  method->SetShrinkFactorsPerLevel(shrink);
  method->SetSmoothingSigmasPerLevel(smooth);
  method->SmoothingSigmasAreSpecifiedInPhysicalUnitsOn();
  method->Update();
  std::printf("found");
  for (const double p : pose->GetParameters()) std::printf(" %.12g", p);
  std::printf("\n");
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 11) {
    std::fprintf(stderr, "usage: %s mi|correlation FIXED MOVING MASK RX RY RZ TX TY TZ\n", argv[0]);
    return 2;
  }
  itk::MultiThreaderBase::SetGlobalDefaultNumberOfThreads(1);
  itk::MetaImageIOFactory::RegisterOneFactory();
  try {
    register_rigidly(argv);
  } catch (const itk::ExceptionObject& e) {
    std::fprintf(stderr, "%s\n", e.GetDescription());
    return 1;
  }
  return 0;
}
