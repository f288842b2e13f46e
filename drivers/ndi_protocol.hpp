#pragma once
#include <cstdint>
#include <string_view>

// The order of a session with an NDI tracker, as a table: which step follows when one ends. The
// driver and the probe perform steps; only this table chooses them.
namespace trocar {

enum class NdiStep : std::uint8_t {
  connecting,             // open the connection
  calling,                // network, or a serial line found before: APIREV until answered
  resetting,              // serial: RESET at 9600 baud
  setting_speed,          // serial: COMM
  initialising,           // INIT
  reading_revision,       // APIREV
  identifying,            // VER, GET Features
  reading_timeouts,       // GET Info.Timeout.*
  listing_stale,          // PHSR 01
  freeing,                // PHF
  requesting_handle,      // PHRQ for the next tool that has none
  uploading,              // PVWR, one piece
  listing_uninitialised,  // PHSR 02
  initialising_tool,      // PINIT
  listing_unenabled,      // PHSR 03
  describing,             // PHINF
  enabling,               // PENA
  starting,               // TSTART
  tracking,
  resynchronising,  // a damaged reply: wait for silence, then ask again
  stopping,         // TSTOP, because a port changed
  backing_off,      // connection closed, waiting before the next attempt
};

enum class NdiInput : std::uint8_t {
  done,           // the step's work is finished
  more,           // it went well and there is an item to go on with
  serial_open,    // as done, and the line is serial
  refused,        // ERRORxx
  garbled,        // damaged or not understood
  no_answer,      // deadline of the whole reply passed
  link_down,      // connection refused, closed or broken
  ports_changed,  // a tool was plugged in or out
};

std::string_view to_string(NdiStep step);

namespace ndi_protocol_detail {

// Steps whose failure of any kind ends the attempt.
constexpr NdiStep must(NdiInput input, NdiStep done, NdiStep more) {
  switch (input) {
    case NdiInput::done:
      return done;
    case NdiInput::more:
      return more;
    case NdiInput::serial_open:
    case NdiInput::refused:
    case NdiInput::garbled:
    case NdiInput::no_answer:
    case NdiInput::link_down:
    case NdiInput::ports_changed:
      return NdiStep::backing_off;
  }
  return NdiStep::backing_off;
}

// Questions an old device may refuse: the session goes on without the answer.
constexpr NdiStep may(NdiInput input, NdiStep then) {
  switch (input) {
    case NdiInput::done:
    case NdiInput::more:
    case NdiInput::refused:
      return then;
    case NdiInput::serial_open:
    case NdiInput::garbled:
    case NdiInput::no_answer:
    case NdiInput::link_down:
    case NdiInput::ports_changed:
      return NdiStep::backing_off;
  }
  return NdiStep::backing_off;
}

constexpr NdiStep after_connecting(NdiInput input) {
  switch (input) {
    case NdiInput::done:
      return NdiStep::calling;
    case NdiInput::serial_open:
      return NdiStep::resetting;
    case NdiInput::more:
    case NdiInput::refused:
    case NdiInput::garbled:
    case NdiInput::no_answer:
    case NdiInput::link_down:
    case NdiInput::ports_changed:
      return NdiStep::backing_off;
  }
  return NdiStep::backing_off;
}

constexpr NdiStep after_calling(NdiInput input) {
  switch (input) {
    case NdiInput::done:
      return NdiStep::initialising;
    case NdiInput::serial_open:
      return NdiStep::setting_speed;
    case NdiInput::more:
    case NdiInput::refused:
    case NdiInput::garbled:
    case NdiInput::no_answer:
    case NdiInput::link_down:
    case NdiInput::ports_changed:
      return NdiStep::backing_off;
  }
  return NdiStep::backing_off;
}

constexpr NdiStep after_tracking(NdiInput input) {
  switch (input) {
    case NdiInput::done:
    case NdiInput::more:
      return NdiStep::tracking;
    case NdiInput::garbled:
      return NdiStep::resynchronising;
    case NdiInput::ports_changed:
      return NdiStep::stopping;
    case NdiInput::serial_open:
    case NdiInput::refused:
    case NdiInput::no_answer:
    case NdiInput::link_down:
      return NdiStep::backing_off;
  }
  return NdiStep::backing_off;
}

}  // namespace ndi_protocol_detail

constexpr NdiStep next(NdiStep step, NdiInput input) {
  using namespace ndi_protocol_detail;
  using S = NdiStep;
  switch (step) {
    case S::connecting:
      return after_connecting(input);
    case S::calling:
      return after_calling(input);
    case S::resetting:
      return must(input, S::setting_speed, S::resetting);
    case S::setting_speed:
      return must(input, S::initialising, S::setting_speed);
    case S::initialising:
      return must(input, S::reading_revision, S::initialising);
    case S::reading_revision:
      return may(input, S::identifying);
    case S::identifying:
      return may(input, S::reading_timeouts);
    case S::reading_timeouts:
      return may(input, S::listing_stale);
    case S::listing_stale:
    case S::freeing:
      return must(input, S::requesting_handle, S::freeing);
    case S::requesting_handle:
      return must(input, S::listing_uninitialised, S::uploading);
    case S::uploading:
      return must(input, S::requesting_handle, S::uploading);
    case S::listing_uninitialised:
      return must(input, S::listing_unenabled, S::initialising_tool);
    // Once all are initialised the list is read again: a splitter shows its tools only then.
    case S::initialising_tool:
      return must(input, S::listing_uninitialised, S::initialising_tool);
    case S::listing_unenabled:
      return must(input, S::starting, S::describing);
    case S::describing:
      return must(input, S::starting, S::enabling);
    case S::enabling:
      return must(input, S::starting, S::describing);
    case S::starting:
      return must(input, S::tracking, S::starting);
    case S::tracking:
      return after_tracking(input);
    case S::resynchronising:
      return must(input, S::tracking, S::resynchronising);
    case S::stopping:
      return may(input, S::listing_stale);
    case S::backing_off:
      return must(input, S::connecting, S::backing_off);
  }
  return S::backing_off;
}

}  // namespace trocar
