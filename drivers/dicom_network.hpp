#pragma once
#include <cstdint>
#include <memory>

#include "engine/base/result.hpp"
#include "engine/base/time.hpp"

struct T_ASC_Association;  // DCMTK's

namespace trocar {

// DCMTK's network layer, switched to quiet. thread-safe.
class DicomNetwork {
 public:
  // Error: io. `listening` is a socket that listens: DCMTK opens none of its own, since it could
  // only open it to every address of the host.
  static Result<std::unique_ptr<DicomNetwork>> open(int listening);
  DicomNetwork(const DicomNetwork&) = delete;
  DicomNetwork& operator=(const DicomNetwork&) = delete;
  ~DicomNetwork();

  // Hands a connected socket over to DCMTK, which reads the request that waits in it. What comes is
  // the caller's to destroy, and closes the socket; false: it was no request. It may be there even
  // then, to be destroyed all the same.
  bool receive(int socket, std::uint32_t max_pdu_bytes, Duration within, T_ASC_Association*& came);

 private:
  struct Library;
  explicit DicomNetwork(std::unique_ptr<Library> library);
  std::unique_ptr<Library> library_;
};

// DCMTK takes deadlines in seconds, and none of 0.
int whole_seconds(Duration d);

}  // namespace trocar
