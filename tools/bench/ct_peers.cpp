#include "tools/bench/ct_peers.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace trocar::bench {
namespace {

namespace fs = std::filesystem;
using Eigen::Isometry3d;
using Eigen::Vector3d;

template <class Voxel>
void write_mha(const fs::path& file, const VolumeGeometry& g, const std::vector<Voxel>& voxels) {
  std::ofstream out(file, std::ios::binary);
  out << "ObjectType = Image\nNDims = 3\nBinaryData = True\nBinaryDataByteOrderMSB = False\n"
      << "TransformMatrix =";
  for (int c = 0; c < 3; ++c)
    for (int r = 0; r < 3; ++r) out << ' ' << g.direction(r, c);
  out << "\nOffset = " << g.origin.mm.transpose()
      << "\nElementSpacing = " << g.spacing_mm.transpose() << "\nDimSize = " << g.size[0] << ' '
      << g.size[1] << ' ' << g.size[2]
      << "\nElementType = " << (sizeof(Voxel) == 1 ? "MET_UCHAR" : "MET_SHORT")
      << "\nElementDataFile = LOCAL\n";
  out.write(reinterpret_cast<const char*>(voxels.data()),  // NOLINT: bytes of a file
            static_cast<std::streamsize>(voxels.size() * sizeof(Voxel)));
}

// The preop CT round the target and the target's mask widened by 2 mm, moved so that the vertebra's
// centre is the origin: an optimiser that turns about a far origin does nothing useful.
void write_fixed(const CtSource& source, const CtScan& scan, const fs::path& folder) {
  const VolumeGeometry& g = source.preop->geometry;
  const Vector3d middle = g.index_of({scan.centre_mm});
  VolumeGeometry part = g;
  std::array<int, 3> first{};
  for (std::size_t k = 0; k < 3; ++k) {
    const auto i = static_cast<Eigen::Index>(k);
    const int reach = static_cast<int>((k == 2 ? 38.0 : 52.0) / g.spacing_mm[i]);
    first[k] = std::max(0, static_cast<int>(middle[i]) - reach);
    part.size[k] = std::min(g.size[k], static_cast<int>(middle[i]) + reach) - first[k];
  }
  part.origin.mm = g.at(Vector3d(first[0], first[1], first[2])).mm - scan.centre_mm;
  std::vector<std::int16_t> hu;
  std::vector<std::uint8_t> mask;
  for (int z = 0; z < part.size[2]; ++z)
    for (int y = 0; y < part.size[1]; ++y)
      for (int x = 0; x < part.size[0]; ++x) {
        hu.push_back(source.preop->at(first[0] + x, first[1] + y, first[2] + z));
        bool near = false;
        for (int dz = -1; dz <= 1 && !near; ++dz)
          for (int dy = -2; dy <= 2 && !near; ++dy)
            for (int dx = -2; dx <= 2 && !near; ++dx) {
              const int u = first[0] + x + dx, v = first[1] + y + dy, w = first[2] + z + dz;
              near = u >= 0 && v >= 0 && w >= 0 && u < g.size[0] && v < g.size[1] &&
                     w < g.size[2] &&
                     source.labels->labels[CtVolume::voxel_offset(g, u, v, w)] == scan.target;
            }
        mask.push_back(near ? 1 : 0);
      }
  write_mha(folder / "fixed.mha", part, hu);
  write_mha(folder / "mask.mha", part, mask);
}

// The scan laid where the start says, as far as its grid allows: its own axes kept, the start given
// as the peer's initial transform.
void write_moving(const CtScan& scan, const fs::path& folder) {
  write_mha(folder / "moving.mha", scan.intraop->geometry, scan.intraop->hounsfield);
}

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

bool on_path(const std::string& program) { return fs::exists("/usr/bin/" + program); }

}  // namespace

std::vector<std::string> installed_peers() {
  std::vector<std::string> out;
  if (on_path("elastix")) out = {"elastix MI", "elastix NCC"};
  if (on_path("plastimatch")) out.emplace_back("plastimatch MSE");
  return out;
}

PeerRun run_peer(const std::string& peer, const CtSource& source, const CtScan& scan,
                 const Isometry3d& start, const std::string& folder) {
  fs::create_directories(folder);
  write_fixed(source, scan, folder);
  write_moving(scan, folder);
  const Isometry3d intraop_from_fixed =
      start.inverse(Eigen::Isometry) * Eigen::Translation3d(scan.centre_mm);
  if (peer == "elastix MI")
    return run_elastix("AdvancedMattesMutualInformation", scan, intraop_from_fixed, folder);
  if (peer == "elastix NCC")
    return run_elastix("AdvancedNormalizedCorrelation", scan, intraop_from_fixed, folder);
  return run_plastimatch(scan, intraop_from_fixed, folder);
}

}  // namespace trocar::bench
