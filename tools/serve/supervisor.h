// What signals do to a server that serves.
#pragma once

#include <memory>

#include "serve/crew.h"
#include "serve/shared_parts.h"
#include "signal_watcher.h"

namespace usquic::tools::serve {

// SIGHUP: the certificate is read anew, and the access log opened again. SIGTERM and SIGINT: what is in flight finishes,
// and a second one ends that. Works on the watcher's thread, whichever workers are at their end already.
class Supervisor {
 public:
  // Signals from here on, and those before that were blocked. Outlives no worker's tasks, but the parts and the crew do.
  Supervisor(SharedParts& shared, Crew& crew);

 private:
  void on_signals();
  void reload();

  SharedParts& shared_;
  Crew& crew_;
  bool is_draining_ = false;
  SignalWatcher watcher_{[this] { on_signals(); }};
};

}  // namespace usquic::tools::serve
