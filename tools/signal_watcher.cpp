#include "signal_watcher.h"

#include <pthread.h>

namespace usquic::tools {
namespace {

sigset_t watched_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&set, number);
  return set;
}

}  // namespace

void block_watched_signals() {
  const sigset_t set = watched_signals();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

SignalWatcher::SignalWatcher(us_loop_t* loop) : thread_([this, loop] { watch(loop); }) {}

SignalWatcher::~SignalWatcher() {
  is_stopping_ = true;
  pthread_kill(thread_.native_handle(), SIGHUP);
  thread_.join();
}

void SignalWatcher::watch(us_loop_t* loop) {
  const sigset_t set = watched_signals();
  while (true) {
    int number = 0;
    if (sigwait(&set, &number) != 0) continue;
    if (is_stopping_) return;
    (number == SIGHUP ? hangups_ : terminations_).fetch_add(1);
    us_wakeup_loop(loop);
  }
}

}  // namespace usquic::tools
