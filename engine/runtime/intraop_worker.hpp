#pragma once
#include <deque>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <variant>

#include "engine/base/latest.hpp"
#include "engine/base/ring.hpp"
#include "engine/base/signal.hpp"
#include "engine/runtime/scan_registrar.hpp"

namespace trocar {

// Something that comes on the way of a scan, for display clients, log and session.
struct ScanNews {
  ImagingChanged change;
};

// What a scanner says of where the scan of a frame of reference lies.
struct ArrivedScannerPose {
  std::string scan_frame_uid;
  Transform<Reference, Intraop> reference_from_intraop;
};

// Registers scans off the navigator's thread: navigation goes on with what holds, and changes with
// the one event that ends a scan. hand-over: the intake's threads offer (a mutex around a queue of
// pointers: nothing here is hot); results go to the navigator through its ring. One scan at a time;
// a newer one waits, and takes the place of one that waits already.
class IntraopWorker {
 public:
  using Inbox = Ring<Event, 64>;
  using Known = std::optional<Registration>;

  explicit IntraopWorker(ScanRegistrar registrar);
  IntraopWorker(const IntraopWorker&) = delete;
  IntraopWorker& operator=(const IntraopWorker&) = delete;
  ~IntraopWorker();

  // `inbox` and `wake` must outlive the worker; it is the one writer of the inbox.
  void start(Inbox& inbox, Signal& wake);
  // Cancels what goes on.
  void stop();

  // Any thread.
  void offer(ArrivedScan scan);
  void offer(ArrivedScannerPose pose);
  void offer(ScanNews news);
  void offer(IntakeRefused refused);
  // Navigator's thread, when it changes: the registration of the reference's vertebra.
  void note(const Known& known) { known_.publish(known); }

 private:
  using Item = std::variant<ScanNews, IntakeRefused, ArrivedScannerPose, ArrivedScan>;

  void put(Item item);
  std::optional<Item> next();
  void work(const std::stop_token& stop);
  void on(const ScanNews& news, const std::stop_token&);
  void on(const IntakeRefused& refused, const std::stop_token&);
  void on(const ArrivedScannerPose& pose, const std::stop_token& stop);
  void on(const ArrivedScan& scan, const std::stop_token& stop);
  void push(const Event& event);
  void say(Imaging imaging, const std::string& detail);

  ScanRegistrar registrar_;
  Latest<Known> known_;
  Known newest_;  // what known_ said last
  std::optional<ArrivedScannerPose> pose_;
  std::optional<ArrivedScan> waits_for_pose_;
  std::mutex mutex_;
  std::deque<Item> queue_;
  Signal bell_;
  Inbox* inbox_ = nullptr;
  Signal* wake_ = nullptr;
  std::jthread thread_;
};

}  // namespace trocar
