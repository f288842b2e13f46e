#include "tools/bench/ct_peers.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "tools/bench/ct_peer_files.hpp"

namespace trocar::bench {
namespace {

namespace fs = std::filesystem;
using Eigen::Isometry3d;
using Eigen::Vector3d;

struct Ran {
  bool ok;
  double cpu_s, peak_mb;
};

Ran run(const std::vector<std::string>& command, const fs::path& log) {
  std::vector<char*> argv;
  for (const std::string& a : command) argv.push_back(const_cast<char*>(a.c_str()));  // NOLINT
  argv.push_back(nullptr);
  const pid_t child = fork();
  if (child == 0) {
    const int out = open(log.c_str(), O_CREAT | O_WRONLY | O_TRUNC, 0600);
    dup2(out, 1);
    dup2(out, 2);
    execvp(argv[0], argv.data());
    _exit(127);
  }
  int status = 0;
  rusage used{};
  wait4(child, &status, 0, &used);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
  };
  return {WIFEXITED(status) && WEXITSTATUS(status) == 0,
          seconds(used.ru_utime) + seconds(used.ru_stime),
          static_cast<double>(used.ru_maxrss) / 1024};
}

// elastix's Euler transform, ZYX off: R = Rz Rx Ry about a centre (ITK's Euler3DTransform).
Vector3d euler_of(const Eigen::Matrix3d& r) {
  const double x = std::asin(r(2, 1));
  return {x, std::atan2(-r(2, 0), r(2, 2)), std::atan2(-r(0, 1), r(1, 1))};
}
Eigen::Matrix3d from_euler(const Vector3d& a) {
  return (Eigen::AngleAxisd(a.z(), Vector3d::UnitZ()) *
          Eigen::AngleAxisd(a.x(), Vector3d::UnitX()) * Eigen::AngleAxisd(a.y(), Vector3d::UnitY()))
      .toRotationMatrix();
}

std::optional<std::vector<double>> numbers_after(const fs::path& file, const std::string& key) {
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    if (line.rfind(key, 0) != 0) continue;
    std::istringstream rest(line.substr(key.size()));
    std::vector<double> out;
    for (double v = 0; rest >> v;) out.push_back(v);
    return out;
  }
  return std::nullopt;
}

Isometry3d isometry(const Eigen::Matrix3d& r, const Vector3d& t) {
  Isometry3d m = Isometry3d::Identity();
  m.linear() = r;
  m.translation() = t;
  return m;
}

PeerRun run_elastix(const std::string& metric, const CtScan& scan,
                    const Isometry3d& intraop_from_fixed, const fs::path& folder) {
  {
    std::ofstream p(folder / "parameters.txt");
    p << "(FixedInternalImagePixelType \"float\")\n(MovingInternalImagePixelType \"float\")\n"
         "(FixedImageDimension 3)\n(MovingImageDimension 3)\n(UseDirectionCosines \"true\")\n"
         "(Registration \"MultiResolutionRegistration\")\n(Interpolator \"LinearInterpolator\")\n"
         "(ResampleInterpolator \"FinalBSplineInterpolator\")\n(Resampler \"DefaultResampler\")\n"
         "(FixedImagePyramid \"FixedSmoothingImagePyramid\")\n(MovingImagePyramid "
         "\"MovingSmoothingImagePyramid\")\n"
         "(Optimizer \"AdaptiveStochasticGradientDescent\")\n(Transform "
         "\"EulerTransform\")\n(Metric \""
      << metric
      << "\")\n(AutomaticScalesEstimation \"true\")\n(AutomaticTransformInitialization \"false\")\n"
         "(HowToCombineTransforms \"Compose\")\n(NumberOfHistogramBins 32)\n(ErodeMask \"false\")\n"
         "(NumberOfResolutions 4)\n(MaximumNumberOfIterations 300)\n(NumberOfSpatialSamples 3000)\n"
         "(NewSamplesEveryIteration \"true\")\n(ImageSampler "
         "\"RandomCoordinate\")\n(DefaultPixelValue -1000)\n"
         "(BSplineInterpolationOrder 1)\n(WriteResultImage "
         "\"false\")\n(MaximumNumberOfSamplingAttempts 8)\n"
         "(RequiredRatioOfValidSamples 0.05)\n";
    const Vector3d e = euler_of(intraop_from_fixed.linear()), t = intraop_from_fixed.translation();
    std::ofstream s(folder / "start.txt");
    s.precision(12);
    s << "(Transform \"EulerTransform\")\n(NumberOfParameters 6)\n(TransformParameters "
      << e.transpose() << ' ' << t.transpose()
      << ")\n(InitialTransformParametersFileName \"NoInitialTransform\")\n(HowToCombineTransforms "
         "\"Compose\")\n"
         "(FixedImageDimension 3)\n(MovingImageDimension 3)\n(FixedInternalImagePixelType "
         "\"float\")\n"
         "(MovingInternalImagePixelType \"float\")\n(CenterOfRotationPoint 0 0 0)\n(ComputeZYX "
         "\"false\")\n";
  }
  fs::remove(folder / "TransformParameters.0.txt");
  const Ran ran = run({"elastix", "-f", folder / "fixed.mha", "-m", folder / "moving.mha", "-fMask",
                       folder / "mask.mha", "-p", folder / "parameters.txt", "-t0",
                       folder / "start.txt", "-out", folder, "-threads", "1"},
                      folder / "elastix.out");
  PeerRun out{std::nullopt, ran.cpu_s, ran.peak_mb};
  const auto found = numbers_after(folder / "TransformParameters.0.txt", "(TransformParameters");
  const auto centre = numbers_after(folder / "TransformParameters.0.txt", "(CenterOfRotationPoint");
  if (!ran.ok || !found || found->size() != 6 || !centre || centre->size() != 3) return out;
  const Vector3d c((*centre)[0], (*centre)[1], (*centre)[2]);
  const Eigen::Matrix3d r = from_euler({(*found)[0], (*found)[1], (*found)[2]});
  const Isometry3d step = isometry(r, Vector3d((*found)[3], (*found)[4], (*found)[5]) + c - r * c);
  // Composed, the initial transform first: moving = step(start(fixed)).
  const Isometry3d moving_from_fixed = step * intraop_from_fixed;
  out.preop_from_intraop = Eigen::Translation3d(scan.centre_mm) * moving_from_fixed.inverse();
  return out;
}

PeerRun run_plastimatch(const CtScan& scan, const Isometry3d& intraop_from_fixed,
                        const fs::path& folder) {
  {
    std::ofstream s(folder / "start.tfm");
    s.precision(12);
    const Eigen::Quaterniond q(intraop_from_fixed.linear());
    const double sign = q.w() < 0 ? -1 : 1;
    s << "#Insight Transform File V1.0\n#Transform 0\nTransform: "
         "VersorRigid3DTransform_double_3_3\nParameters: "
      << sign * q.x() << ' ' << sign * q.y() << ' ' << sign * q.z() << ' '
      << intraop_from_fixed.translation().transpose() << "\nFixedParameters: 0 0 0\n";
    std::ofstream c(folder / "plastimatch.txt");
    c << "[GLOBAL]\nfixed=" << (folder / "fixed.mha").string()
      << "\nmoving=" << (folder / "moving.mha").string()
      << "\nfixed_roi=" << (folder / "mask.mha").string()
      << "\nxform_in=" << (folder / "start.tfm").string()
      << "\nxform_out=" << (folder / "found.tfm").string() << "\n";
    for (const char* res : {"4 4 2", "2 2 1", "1 1 1"})
      c << "[STAGE]\nxform=rigid\noptim=versor\nimpl=itk\nmetric=mse\nmax_its=100\nres=" << res
        << "\n";
  }
  fs::remove(folder / "found.tfm");
  const Ran ran =
      run({"plastimatch", "register", folder / "plastimatch.txt"}, folder / "plastimatch.out");
  PeerRun out{std::nullopt, ran.cpu_s, ran.peak_mb};
  const auto p = numbers_after(folder / "found.tfm", "Parameters:");
  const auto centre = numbers_after(folder / "found.tfm", "FixedParameters:");
  if (!ran.ok || !p || p->size() != 6 || !centre || centre->size() < 3) return out;
  const Vector3d v((*p)[0], (*p)[1], (*p)[2]), c((*centre)[0], (*centre)[1], (*centre)[2]);
  const Eigen::Quaterniond q(std::sqrt(std::max(0.0, 1 - v.squaredNorm())), v.x(), v.y(), v.z());
  const Eigen::Matrix3d r = q.normalized().toRotationMatrix();
  const Isometry3d moving_from_fixed = isometry(r, Vector3d((*p)[3], (*p)[4], (*p)[5]) + c - r * c);
  out.preop_from_intraop = Eigen::Translation3d(scan.centre_mm) * moving_from_fixed.inverse();
  return out;
}

// A program built beside this one.
fs::path itk_program() { return fs::read_symlink("/proc/self/exe").parent_path() / "ct_itk_peer"; }

PeerRun run_itk(const std::string& metric, const CtScan& scan, const Isometry3d& intraop_from_fixed,
                const fs::path& folder) {
  std::vector<std::string> command{itk_program(), metric, folder / "fixed.mha",
                                   folder / "moving.mha", folder / "mask.mha"};
  const Vector3d e = euler_of(intraop_from_fixed.linear()), t = intraop_from_fixed.translation();
  for (const double v : {e.x(), e.y(), e.z(), t.x(), t.y(), t.z()}) {
    command.push_back(std::to_string(v));
  }
  const Ran ran = run(command, folder / "itk.out");
  PeerRun out{std::nullopt, ran.cpu_s, ran.peak_mb};
  const auto p = numbers_after(folder / "itk.out", "found");
  if (!ran.ok || !p || p->size() != 6) return out;
  const Isometry3d moving_from_fixed =
      isometry(from_euler({(*p)[0], (*p)[1], (*p)[2]}), {(*p)[3], (*p)[4], (*p)[5]});
  out.preop_from_intraop = Eigen::Translation3d(scan.centre_mm) * moving_from_fixed.inverse();
  return out;
}

bool on_path(const std::string& program) { return fs::exists("/usr/bin/" + program); }

}  // namespace

std::vector<std::string> installed_peers() {
  std::vector<std::string> out;
  if (on_path("elastix")) out = {"elastix MI", "elastix NCC"};
  if (on_path("plastimatch")) out.emplace_back("plastimatch MSE");
  if (fs::exists(itk_program())) {
    out.emplace_back("ITK v4 MI");
    out.emplace_back("ITK v4 NCC");
  }
  return out;
}

PeerRun run_peer(const std::string& peer, const CtSource& source, const CtScan& scan,
                 const Isometry3d& start, const std::string& folder) {
  fs::create_directories(folder);
  write_peer_files(source, scan, folder);
  const Isometry3d intraop_from_fixed =
      start.inverse(Eigen::Isometry) * Eigen::Translation3d(scan.centre_mm);
  if (peer == "elastix MI")
    return run_elastix("AdvancedMattesMutualInformation", scan, intraop_from_fixed, folder);
  if (peer == "elastix NCC")
    return run_elastix("AdvancedNormalizedCorrelation", scan, intraop_from_fixed, folder);
  if (peer == "ITK v4 MI") return run_itk("mi", scan, intraop_from_fixed, folder);
  if (peer == "ITK v4 NCC") return run_itk("correlation", scan, intraop_from_fixed, folder);
  return run_plastimatch(scan, intraop_from_fixed, folder);
}

}  // namespace trocar::bench
