#include "engine/model/dicom_dataset.hpp"

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dcdatset.h>
#include <dcmtk/dcmdata/dcistrmb.h>
#include <dcmtk/oflog/oflog.h>
#include <fmt/format.h>

#include "engine/model/dicom_elements.hpp"

namespace trocar {
namespace {

// DCMTK speaks to stderr of what it finds odd; what matters comes back as an error.
void silence_dcmtk() {
  static const bool once = [] {
    OFLog::configure(OFLogger::OFF_LOG_LEVEL);
    return true;
  }();
  static_cast<void>(once);
}

}  // namespace

Status parse_dataset(std::string_view bytes, DcmDataset& into) {
  silence_dcmtk();
  if (!is_dicom(bytes))
    return Error{Code::unsupported, "expected a DICOM file, found something else"};
  const auto elements = walk_dicom(bytes, WalkTo::end);
  if (!elements) return elements.error();
  if (elements.value().compressed)
    return Error{Code::unsupported, "expected pixels as they are, found compressed ones"};
  const std::string_view data = bytes.substr(elements.value().data_begin);
  DcmInputBufferStream stream;
  stream.setBuffer(data.data(), static_cast<offile_off_t>(data.size()));
  stream.setEos();
  into.transferInit();
  const OFCondition read = into.read(
      stream, elements.value().explicit_vr ? EXS_LittleEndianExplicit : EXS_LittleEndianImplicit);
  into.transferEnd();
  if (read.good()) return Done{};
  return Error{Code::malformed, fmt::format("expected a whole DICOM file, found: {}", read.text())};
}

}  // namespace trocar
