#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dcdeftag.h>
#include <dcmtk/dcmdata/dcitem.h>
#include <dcmtk/dcmdata/dcsequen.h>
#include <fmt/format.h>

#include "engine/model/dicom_object_readers.hpp"

namespace trocar::dicom_object {
namespace {

constexpr unsigned long max_contours = 100'000;
constexpr std::size_t max_points = 5'000'000;

// Items by number: gotoNextItem of DCMTK's own classes walks past the end.
std::vector<DcmItem*> items_of(DcmItem& in, const DcmTagKey& tag) {
  DcmSequenceOfItems* sequence = nullptr;
  std::vector<DcmItem*> items;
  if (in.findAndGetSequence(tag, sequence).bad() || sequence == nullptr) return items;
  for (unsigned long i = 0; i < sequence->card(); ++i) items.push_back(sequence->getItem(i));
  return items;
}

std::string text_of(DcmItem& in, const DcmTagKey& tag) {
  OFString text;
  in.findAndGetOFStringArray(tag, text);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\0')) text.erase(text.size() - 1);
  return {text.c_str(), text.size()};
}

std::optional<int> whole_of(DcmItem& in, const DcmTagKey& tag) {
  Sint32 value = 0;
  if (in.findAndGetSint32(tag, value).bad()) return std::nullopt;
  return value;
}

// The text of a long element: contour data may be megabytes.
Result<Contour> points_of(DcmItem& contour) {
  const auto numbers = numbers_in(text_of(contour, DCM_ContourData), "ContourData");
  if (!numbers) return numbers.error();
  const std::vector<double>& n = numbers.value();
  if (n.size() % 3 != 0)
    return Error{Code::malformed,
                 fmt::format("ContourData: expected three numbers per point, found {}", n.size())};
  const auto stated = whole_of(contour, DCM_NumberOfContourPoints);
  if (stated && static_cast<std::size_t>(std::max(*stated, 0)) != n.size() / 3)
    return Error{Code::malformed, fmt::format("expected {} points as NumberOfContourPoints says, "
                                              "found {}",
                                              *stated, n.size() / 3)};
  Contour points;
  for (std::size_t i = 0; i + 2 < n.size(); i += 3) points.emplace_back(n[i], n[i + 1], n[i + 2]);
  // Some programs write the first point again at the end.
  if (points.size() > 1 && points.front() == points.back()) points.pop_back();
  return points;
}

struct Contours {
  std::vector<Contour> outlines;
  Crossing crossing = Crossing::refused;
};

Result<Contours> contours_of(DcmItem& roi_contour) {
  std::vector<Contour> contours;
  bool all_xor = true;
  std::size_t points = 0;
  for (DcmItem* item : items_of(roi_contour, DCM_ContourSequence)) {
    const std::string kind = text_of(*item, DCM_ContourGeometricType);
    if (kind != "CLOSED_PLANAR" && kind != "CLOSEDPLANAR_XOR")
      return Error{Code::unsupported,
                   fmt::format("contour {}: expected CLOSED_PLANAR outlines, found '{}', which "
                               "bounds nothing",
                               contours.size() + 1, kind)};
    all_xor = all_xor && kind == "CLOSEDPLANAR_XOR";
    auto contour = points_of(*item);
    if (!contour)
      return Error{contour.error().code,
                   fmt::format("contour {}: {}", contours.size() + 1, contour.error().detail)};
    points += contour.value().size();
    contours.push_back(std::move(contour).value());
    if (contours.size() > max_contours || points > max_points)
      return Error{Code::out_of_range, fmt::format("expected at most {} contours of {} points, "
                                                   "found more",
                                                   max_contours, max_points)};
  }
  // PS3.3 C.8.8.6.3: XOR is said of all contours of an ROI, or of none.
  return Contours{std::move(contours), all_xor ? Crossing::allowed : Crossing::refused};
}

}  // namespace

Result<DicomObject> read_structure_set(DcmItem& data, const ObjectItem& item) {
  std::vector<Listed> listed;
  const std::vector<DcmItem*> rois = items_of(data, DCM_StructureSetROISequence);
  for (DcmItem* roi : rois) {
    const auto number = whole_of(*roi, DCM_ROINumber);
    if (!number)
      return Error{Code::malformed, "expected an ROINumber in each ROI, found none in one"};
    listed.push_back({*number, text_of(*roi, DCM_ROIName)});
  }
  const auto chosen = choose(listed, item, "ROI");
  if (!chosen) return chosen.error();
  DcmItem& roi = *rois[chosen.value()];
  const Listed& which = listed[chosen.value()];
  const auto refused = [&](const Error& e) {
    return Error{e.code, fmt::format("ROI {} \"{}\": {}", which.number, which.name, e.detail)};
  };
  DicomObject out{text_of(roi, DCM_ReferencedFrameOfReferenceUID), {}};
  if (out.frame_of_reference_uid.empty())
    return refused({Code::malformed, "expected a ReferencedFrameOfReferenceUID, found none"});
  DcmItem* drawn = nullptr;
  for (DcmItem* candidate : items_of(data, DCM_ROIContourSequence)) {
    if (whole_of(*candidate, DCM_ReferencedROINumber) != which.number) continue;
    if (drawn != nullptr)
      return refused({Code::ambiguous, "expected one set of contours, found two"});
    drawn = candidate;
  }
  if (drawn == nullptr) return refused({Code::not_found, "expected contours, found none"});
  const auto contours = contours_of(*drawn);
  if (!contours) return refused(contours.error());
  auto stack = stack_contours(contours.value().outlines, contours.value().crossing);
  if (!stack) return refused(stack.error());
  out.stack = std::move(stack).value();
  return out;
}

}  // namespace trocar::dicom_object
