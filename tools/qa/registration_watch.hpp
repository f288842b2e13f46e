#pragma once
#include <algorithm>
#include <map>
#include <optional>
#include <string>

#include "engine/data/event.hpp"
#include "tools/qa/report.hpp"

namespace trocar::qa {

// The registrations of a session, and how far each is from the one before of the same vertebra: at
// the points it was fitted to, which lie where it is good. Between the first and the last that is
// the session's drift. plain.
class RegistrationWatch {
 public:
  void take(const Registration& r, double at_s) {
    OfRegistration one{at_s, true, r.fre_mm, r.points.size(), "", {}};
    // 0 stands for the spine as one rigid body, vertebra n for n + 1.
    const unsigned key = r.vertebra ? r.vertebra->index + 1U : 0U;
    const auto first = first_.find(key);
    one.moved_mm = NotComputable{"the first of its vertebra"};
    if (first == first_.end()) {
      first_.emplace(key, r);
    } else if (r.points.empty()) {
      one.moved_mm = NotComputable{"its points are not in the record"};
    } else {
      one.moved_mm = apart_mm(last_.at(key), r);
      const double since_first_mm = apart_mm(first->second, r);
      drift_mm_[key] = since_first_mm;
    }
    last_.insert_or_assign(key, r);
    fre_mm_ = r.fre_mm;
    all_.add(std::move(one));
  }
  void refused(std::string why, double at_s) {
    all_.add({at_s, false, 0, 0, std::move(why), NotComputable{"it was refused"}});
  }
  void finish(Report& report) {
    report.registrations = std::move(all_);
    if (fre_mm_) report.fre_mm = *fre_mm_;
    for (const auto& [vertebra, mm] : drift_mm_) {
      const auto* before = std::get_if<double>(&report.drift_mm);
      report.drift_mm = std::max(before != nullptr ? *before : 0, mm);
    }
  }

 private:
  // Where the one before would have put the points of this one: the farthest.
  static double apart_mm(const Registration& before, const Registration& now) {
    double most_mm = 0;
    for (const Point<Preop>& p : now.points) {
      const Point<Preop> then =
          before.preop_from_reference * (now.preop_from_reference.inverse() * p);
      most_mm = std::max(most_mm, (then.mm - p.mm).norm());
    }
    return most_mm;
  }

  FirstOf<OfRegistration, most_registrations> all_;
  std::optional<double> fre_mm_;  // of the last
  std::map<unsigned, Registration> first_;
  std::map<unsigned, Registration> last_;
  std::map<unsigned, double> drift_mm_;
};

}  // namespace trocar::qa
