#pragma once
// The coordinate frames a transform can speak of. A fixed list: which vertebra or which tool is
// run-time identity (ids.hpp) beside the transform, never a new frame.
namespace trocar {
struct Tracker {};  // the localizer's own axes
struct Marker {};   // a marker body as the device reports it, before configuration gives it a role
struct Reference {};  // DRF clamped to the spinous process
struct Tool {};       // marker body of one instrument
struct Tip {};        // instrument tip at the origin, +z pointing forward, away from the handle
struct Preop {};      // preoperative CT, LPS
struct Intraop {};    // intraoperative CT, LPS
struct Detector {};   // fluoroscope image plane
struct Ras {};        // preoperative CT, RAS: exists only at the OpenIGTLink and Slicer file border
}  // namespace trocar
