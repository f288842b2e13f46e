#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "engine/base/result.hpp"

namespace trocar {

// Takes DICOM objects, whichever way they come in. thread-safe: every association and the watched
// folder call it from threads of their own.
class DicomSink {
 public:
  // What came in together: one association, one copy into the folder.
  using Delivery = std::uint64_t;

  DicomSink() = default;
  DicomSink(const DicomSink&) = delete;
  DicomSink& operator=(const DicomSink&) = delete;
  virtual ~DicomSink() = default;

  // `from` says who sends, for messages.
  virtual Delivery begin(const std::string& from) = 0;
  // A whole file of DICOM, preamble first. Errors: malformed (damaged), unsupported (no kind of
  // object that is wanted), out_of_range (beyond a limit), io.
  virtual Status store(Delivery delivery, std::string_view file) = 0;
  // An object of the delivery did not even get here: too large, or not to be named. It may have
  // been a slice.
  virtual void lose(Delivery delivery) = 0;
  // `whole`: the sender said that it was done.
  virtual void end(Delivery delivery, bool whole) = 0;
};

}  // namespace trocar
