#include "drivers/ct_intake.hpp"

#include <fmt/format.h>
#include <poll.h>

#include <atomic>
#include <mutex>
#include <thread>

#include "drivers/dicom_receiver.hpp"
#include "drivers/early_decoding.hpp"
#include "engine/base/signal.hpp"
#include "engine/data/scan_refusal.hpp"
#include "engine/model/ct_gate.hpp"

namespace trocar {

namespace {

namespace fs = std::filesystem;

void discard(const fs::path& folder) {
  std::error_code ec;  // what cannot be deleted stays; its name says that it is ours
  fs::remove_all(folder, ec);
}

}  // namespace

struct CtIntake::Parts {
  Parts(CtIntakeConfig c, OnEvent e)
      : config(std::move(c)),
        give(std::move(e)),
        inbox(config.spool, config.limits, config.patience, time),
        early(config.decoder) {}

  Status open();
  void run();
  void watch(WatchedFolder folder);
  void give_event(IntakeEvent event) {
    const std::lock_guard lock(giving);
    give(std::move(event));
  }
  void finish(const ClosedSeries& series);
  void finish(const ArrivedRegistration& arrived);

  const CtIntakeConfig config;
  const OnEvent give;
  std::mutex giving;  // events come from several threads, the callee is told one at a time
  SteadyTime time;
  SeriesInbox inbox;
  EarlyDecoding early;  // worker's thread
  std::unique_ptr<DicomReceiver> receiver;
  Signal stop;
  std::atomic<bool> stopping{false};
  std::thread worker, watcher;
};

Status CtIntake::Parts::open() {
  std::error_code ec;
  fs::create_directories(config.spool, ec);
  if (ec) {
    return Error{Code::io,
                 fmt::format("{}: cannot be made: {}", config.spool.string(), ec.message())};
  }
  if (config.watched) {
    auto folder = WatchedFolder::open(*config.watched, inbox, [this](const std::string& detail) {
      give_event(IntakeRefusal{"file_refused", detail});
    });
    if (!folder) return folder.error();
    watcher = std::thread([this, w = std::move(folder.value())]() mutable { watch(std::move(w)); });
  }
  if (config.port) {
    auto opened = DicomReceiver::open(
        *config.port, inbox, [this](DicomRefusal why, const std::string& detail) {
          give_event(IntakeRefusal{std::string(to_string(why)), detail});
        });
    if (!opened) return opened.error();
    receiver = std::move(opened.value());
  }
  worker = std::thread([this] { run(); });
  return Done{};
}

void CtIntake::Parts::watch(WatchedFolder folder) {
  while (!stopping) {
    folder.look(time.now());
    pollfd until{stop.fd(), POLLIN, 0};  // readable for good: nobody drains it
    ::poll(&until, 1, 100);
  }
}

void CtIntake::Parts::run() {
  while (!stopping) {
    for (const std::string& from : inbox.take_begun()) give_event(SeriesBegun{from});
    for (const ArrivedRegistration& arrived : inbox.take_registrations()) finish(arrived);
    for (const ClosedSeries& series : inbox.take_closed()) finish(series);
    early.follow(inbox.resting());
    pollfd until{stop.fd(), POLLIN, 0};
    ::poll(&until, 1, 10);
  }
}

void CtIntake::Parts::finish(const ClosedSeries& series) {
  IntakeTimes times;
  times.received = series.ended - series.began;
  times.judged = time.now() - series.began;
  if (series.verdict.state == SeriesState::refused) {
    give_event(SeriesRefused{series.from, series.objects, series.verdict.issues,
                             refusal_text(series.verdict.issues), times});
    early.forget(series.folder);
    return discard(series.folder);
  }
  SeriesReading reading = early.read(series.folder, series.objects, stop.fd());
  times.decoded = time.now() - series.began;
  if (!reading.ct) {
    const std::string reason = refuses(reading.issues)
                                   ? refusal_text(reading.issues)
                                   : reason_of(ScanRefusal::not_decoded, reading.reason);
    give_event(SeriesRefused{series.from, series.objects, reading.issues, reason, times});
    return discard(series.folder);
  }
  std::vector<InputWarning> warnings = std::move(reading.ct->warnings);
  warnings.insert(warnings.end(), series.verdict.issues.begin(), series.verdict.issues.end());
  give_event(SeriesReady{series.from, series.first, series.objects, reading.ct->volume,
                         std::move(warnings), times});
  discard(series.folder);  // after the event: deleting a hundred megabytes takes a while
}

void CtIntake::Parts::finish(const ArrivedRegistration& arrived) {
  auto registration = read_spatial_registration(arrived.file);
  discard(arrived.file.parent_path());
  if (registration) {
    give_event(RegistrationArrived{arrived.from, std::move(registration.value())});
  } else {
    give_event(IntakeRefusal{"registration_refused", registration.error().detail});
  }
}

Result<std::unique_ptr<CtIntake>> CtIntake::start(CtIntakeConfig config, OnEvent on_event) {
  // The object first: what is half open is closed by its end.
  std::unique_ptr<CtIntake> intake(
      new CtIntake(std::make_unique<Parts>(std::move(config), std::move(on_event))));
  const Status opened = intake->parts_->open();
  if (!opened) return opened.error();
  return intake;
}

CtIntake::CtIntake(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

CtIntake::~CtIntake() {
  parts_->stopping = true;
  parts_->stop.notify();
  parts_->receiver.reset();
  if (parts_->watcher.joinable()) parts_->watcher.join();
  if (parts_->worker.joinable()) parts_->worker.join();
  for (const fs::path& folder : parts_->inbox.folders()) discard(folder);
}

std::optional<std::uint16_t> CtIntake::port() const {
  if (!parts_->receiver) return std::nullopt;
  return parts_->receiver->port();
}

std::uint64_t CtIntake::refused(DicomRefusal why) const {
  return parts_->receiver ? parts_->receiver->refused(why) : 0;
}

}  // namespace trocar
