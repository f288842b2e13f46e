#pragma once
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "drivers/dicom_sink.hpp"

// The other side of a DICOM association, and a sink that remembers.
namespace trocar::test {

// A sender by DCMTK's own client.
class DicomSender {
 public:
  explicit DicomSender(std::uint16_t port, const std::string& called = "TROCAR",
                       const std::string& calling = "SCANNER");
  DicomSender(const DicomSender&) = delete;
  DicomSender& operator=(const DicomSender&) = delete;
  ~DicomSender();

  // Offers these kinds of object (CT images when empty); false when it is not let in.
  bool connect(const std::vector<std::string>& classes = {});
  bool echo();
  // The status of the answer; -1 when none came.
  int store(const std::filesystem::path& file);
  bool release();
  void abort();

 private:
  struct Client;
  std::unique_ptr<Client> client_;
};

// Sends all files of a folder by an association of its own; the statuses that are not 0.
std::vector<int> send_folder(std::uint16_t port, const std::filesystem::path& folder);

// A-ASSOCIATE-RQ for CT images, explicit little endian, built from PS3.8 sect. 9.3.2.
std::string association_request(const std::string& called = "TROCAR");
// P-DATA-TF with one fragment, PS3.8 sect. 9.3.5. `flags`: 1 command, 2 last.
std::string data_pdu(const std::string& content, unsigned char flags);

class RecordingSink final : public DicomSink {
 public:
  struct Came {
    std::string from;
    std::vector<std::string> files;
    int lost = 0;
    bool ended = false, whole = false;
  };
  Delivery begin(const std::string& from) override;
  Status store(Delivery delivery, std::string_view file) override;
  void lose(Delivery delivery) override;
  void end(Delivery delivery, bool whole) override;

  // Waits at most 5 s; false when it has not come true by then.
  bool wait_for(const std::function<bool(const std::map<Delivery, Came>&)>& truth);
  // What every store gives from now on.
  void answer(Status with);
  // What happens with each store from now on, before it is answered.
  void on_store(std::function<void()> what) { on_store_ = std::move(what); }
  std::map<Delivery, Came> all();

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<Delivery, Came> came_;
  Status answer_ = Done{};
  std::function<void()> on_store_ = [] {};
};

// Asks every few milliseconds, at most 5 s.
bool eventually(const std::function<bool()>& truth);

}  // namespace trocar::test
