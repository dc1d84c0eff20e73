// The hooks of a loop, in the order in which they were added.
#pragma once

#include <algorithm>

#include "base/list.h"
#include "base/time.h"
#include "loop/loop.h"

namespace usquic::loop {

class HookList {
 public:
  void add(Hooks* hooks) { hooks_.push_back(hooks); }
  Hooks* front() { return hooks_.front(); }

  // The first one for which is_it is true, or nullptr.
  template <class Predicate>
  Hooks* find(Predicate is_it) {
    for (auto* list : {&hooks_, &to_visit_}) {
      for (Hooks* hooks = list->front(); hooks != nullptr; hooks = list->next(hooks)) {
        if (is_it(hooks)) return hooks;
      }
    }
    return nullptr;
  }

  // Calls visit for each. A visit may remove any of them; what it adds is not visited.
  template <class Visit>
  void visit(Visit visit) {
    to_visit_.take_all(hooks_);
    while (Hooks* hooks = to_visit_.pop_front()) {
      hooks_.push_back(hooks);
      visit(*hooks);
    }
  }

  // The earliest deadline, or `never`.
  TimePoint deadline() {
    TimePoint earliest = never;
    for (Hooks* hooks = hooks_.front(); hooks != nullptr; hooks = hooks_.next(hooks)) {
      earliest = std::min(earliest, hooks->deadline());
    }
    return earliest;
  }

 private:
  // Those that the visit under way has still to reach stand in to_visit_: any of them may be removed meanwhile.
  List<Hooks> hooks_;
  List<Hooks> to_visit_;
};

}  // namespace usquic::loop
