#pragma once
#include <array>
#include <functional>
#include <memory>
#include <string>

#include "drivers/dicom_port_config.hpp"
#include "drivers/dicom_refusal.hpp"
#include "drivers/dicom_sink.hpp"

namespace trocar {

// A C-STORE SCP: takes CT images and spatial registrations from the peers it knows and gives them
// to a sink. One thread waits for senders and looks after deadlines, one more serves each
// association. A sender can be slow, cut, endless or no DICOM at all; that is counted with its
// reason, and the receiver goes on. thread-safe.
class DicomReceiver {
 public:
  // Called from threads of the receiver, once for each refusal.
  using Refused = std::function<void(DicomRefusal why, const std::string& detail)>;

  // Errors: config (bind), io (port taken). `sink` must live longer than the receiver.
  static Result<std::unique_ptr<DicomReceiver>> open(DicomPortConfig config, DicomSink& sink,
                                                     Refused refused = {});
  DicomReceiver(const DicomReceiver&) = delete;
  DicomReceiver& operator=(const DicomReceiver&) = delete;
  // Ends associations that go on; waits for their threads.
  ~DicomReceiver();

  [[nodiscard]] std::uint16_t port() const;
  [[nodiscard]] std::uint64_t refused(DicomRefusal why) const;
  [[nodiscard]] std::uint64_t objects() const;       // stored since the start
  [[nodiscard]] std::uint64_t associations() const;  // that were served since the start

 private:
  struct Parts;
  explicit DicomReceiver(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace trocar
