#include "signal_watcher.h"

#include <pthread.h>

#include <utility>

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

SignalWatcher::SignalWatcher(std::function<void()> notify)
    : notify_(std::move(notify)), thread_([this] { watch(); }) {}

SignalWatcher::~SignalWatcher() {
  is_stopping_ = true;
  pthread_kill(thread_.native_handle(), SIGHUP);
  thread_.join();
}

void SignalWatcher::watch() {
  const sigset_t set = watched_signals();
  while (true) {
    int number = 0;
    if (sigwait(&set, &number) != 0) continue;
    if (is_stopping_) return;
    (number == SIGHUP ? hangups_ : terminations_).fetch_add(1);
    notify_();
  }
}

}  // namespace usquic::tools
