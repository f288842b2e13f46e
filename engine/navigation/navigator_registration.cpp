// What the navigator does with registrations and with the scans that bring them.
#include <algorithm>
#include <string>

#include "engine/base/fixed_number.hpp"
#include "engine/data/scan_refusal.hpp"
#include "engine/navigation/navigator.hpp"
#include "engine/navigation/text_line.hpp"

namespace trocar {

std::string_view Navigator::name_of(std::optional<VertebraId> vertebra) const {
  if (!vertebra) return "the spine";
  if (vertebra->index >= model_.vertebrae.size()) return "unknown vertebra";
  return model_.vertebrae[vertebra->index];
}

// A vertebra of its own comes from a scan; the spine as a whole was touched.
RegistrationFault Navigator::accept(const Registration& registration) {
  if (registration.vertebra && guidance_.imaging == Imaging::registering && refuses_scan()) {
    return RegistrationFault::reference_moved;
  }
  return registrations_.accept(registration, model_.vertebrae.size(), config_.error);
}

void Navigator::on(const Registration& registration, Timestamp now) {
  const std::optional<double> move_mm = registrations_.move_mm(registration);
  const RegistrationFault fault = accept(registration);
  const std::string_view name = name_of(registration.vertebra);
  if (fault == RegistrationFault::none) {
    return say(now, StateKind::registration,
               move_mm ? join({"registration of ", name, " accepted, ", fixed_number(*move_mm, 1),
                               " mm from the one before"})
                       : join({"registration of ", name, " accepted"}));
  }
  say(now, StateKind::alarm, join({"registration of ", name, " refused: ", to_string(fault)}));
  if (touch_ && !registrations_.any()) touch_->restart();
}

void Navigator::on(const RegistrationRefused& refused, Timestamp now) {
  if (touch_) touch_->restart();
  say(now, StateKind::alarm, join({"registration refused: ", refused.why.view()}));
}

void Navigator::on(const RegistrationCleared&, Timestamp now) {
  registrations_.clear();
  if (touch_) touch_->restart();
  say(now, StateKind::registration, join({"registration cleared"}));
}

// When the first of a scan arrives its exposure lies in the window before. Where another scan is on
// its way the worse of both holds for both: what is refused too much can be sent again.
void Navigator::look_at_rest(const ImagingChanged& change, Timestamp now) {
  const bool alone = guidance_.imaging == Imaging::none || guidance_.imaging == Imaging::refused;
  const bool begins = change.imaging == Imaging::registering;
  if (!config_.scan_rest || (begins && !alone)) return;
  const bool with_another = begins ? scan_waits_ : !alone;
  scan_waits_ = !begins && !alone;
  const double before_mm = with_another ? rest_before_scan_.moved_mm : 0;
  rest_before_scan_ = rest_.over(now, config_.scan_rest->window);
  rest_before_scan_.moved_mm = std::max(rest_before_scan_.moved_mm, before_mm);
  const auto window_s = std::chrono::duration<double>(config_.scan_rest->window).count();
  say(now, refuses_scan() ? StateKind::alarm : StateKind::registration,
      join({"reference ", refuses_scan() ? "moved " : "still within ",
            fixed_number(rest_before_scan_.moved_mm, 2), " mm, seen in ",
            std::to_string(rest_before_scan_.seconds), " of the ", fixed_number(window_s, 0),
            " s before the scan"}));
}

void Navigator::on(const ImagingChanged& told, Timestamp now) {
  ImagingChanged change = told;
  const bool comes = told.imaging == Imaging::receiving || told.imaging == Imaging::registering;
  if (comes) look_at_rest(told, now);
  if (told.imaging == Imaging::registering) epoch_before_scan_ = registrations_.epoch();
  // What the worker found, the gate here has refused, vertebra by vertebra.
  if (told.imaging == Imaging::none && registrations_.epoch() == epoch_before_scan_) {
    const auto why =
        refuses_scan() ? ScanRefusal::reference_moved : ScanRefusal::no_vertebra_accepted;
    change = {Imaging::refused,
              join({to_string(why), ": ",
                    refuses_scan() ? "the reference moved while the scan may have been taken"
                                   : "implausible by the limits of [navigator]"})
                  .view()};
  }
  guidance_.imaging = change.imaging;
  const bool refused = change.imaging == Imaging::refused;
  guidance_.imaging_reason = refused ? reason_word(change.detail.view()) : std::string_view();
  say(now, refused ? StateKind::alarm : StateKind::registration,
      join({"intraoperative scan ",
            change.imaging == Imaging::none ? "done" : to_string(change.imaging),
            change.detail.view().empty() ? "" : ": ", change.detail.view()}));
}

}  // namespace trocar
