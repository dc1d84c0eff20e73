#include "loop/loop.h"

#include <algorithm>
#include <new>
#include <utility>

#include "base/ext.h"
#include "loop/loop_state.h"
#include "usquic/error.h"

using usquic::Duration;
using usquic::TimePoint;
using usquic::loop::Hooks;

bool us_loop_t::open() {
  try {
    poller_ = usquic::loop::make_poller();
    if (poller_ == nullptr) return false;
    mailbox_ = std::make_shared<usquic::loop::Mailbox>(*poller_);
  } catch (const std::bad_alloc&) {
    return false;
  }
  return true;
}

void us_loop_t::close() {
  // Callbacks that run inside close more, and what they close is freed below: as in an iteration.
  is_in_iteration_ = true;
  end_requests_.want_free();
  step();
  mailbox_->close();
  timers_.close_all();
  while (Hooks* hooks = hooks_.front()) {
    hooks->loop_closing();
    if (hooks_.front() == hooks) hooks->unlink();
  }
  timers_.close_all();
  free_closed();
  polls_.stop_all();
}

void us_loop_t::iterate(Waiting waiting) {
  is_in_iteration_ = true;
  ++iteration_number_;
  step();
  if (pre_cb_ != nullptr) pre_cb_(this);
  const bool is_woken = polls_.wait(*poller_, timeout(waiting));
  timers_.run_due(step());
  if (is_woken) run_woken();
  if (polls_.has_ready()) {
    step();
    polls_.run_ready();
  }
  const TimePoint after_events = step();
  hooks_.visit([after_events](Hooks& hooks) { hooks.expire(after_events); });
  const TimePoint after_expiry = step();
  hooks_.visit([after_expiry](Hooks& hooks) { hooks.flush(after_expiry); });
  if (post_cb_ != nullptr) post_cb_(this);
  hooks_.visit([](Hooks& hooks) { hooks.sweep(); });
  free_closed();
  is_in_iteration_ = false;
  update_pollable();
}

TimePoint us_loop_t::step() {
  now_ = usquic::loop::monotonic_now();
  return now_;
}

bool us_loop_t::is_alive() {
  if (polls_.keep_alive() || timers_.keep_alive()) return true;
  return hooks_.find([](Hooks* hooks) { return hooks->keeps_alive(); }) != nullptr;
}

bool us_loop_t::has_work() {
  if (!deferred_.empty() || timers_.has_closed()) return true;
  return hooks_.find([](Hooks* hooks) { return hooks->has_work(); }) != nullptr;
}

TimePoint us_loop_t::next_deadline() {
  return std::min(timers_.earliest(), hooks_.deadline());
}

Duration us_loop_t::timeout(Waiting waiting) {
  // pre_cb may have closed the last thing that keeps the loop alive, or asked to free the loop: nothing
  // to wait for.
  if (waiting == Waiting::none || end_requests_.any() || has_work() || !is_alive()) return Duration::zero();
  const TimePoint deadline = next_deadline();
  if (deadline == usquic::never) return usquic::loop::Poller::forever;
  const TimePoint current = step();
  return deadline <= current ? Duration::zero() : deadline - current;
}

void us_loop_t::wake_up() {
  is_wakeup_asked_.store(true, std::memory_order_release);
  poller_->wake();
}

void us_loop_t::run_woken() {
  if (is_wakeup_asked_.exchange(false, std::memory_order_acq_rel) && wakeup_cb_ != nullptr) wakeup_cb_(this);
  mailbox_->run_posted();
}

void us_loop_t::free_closed() {
  timers_.free_closed();
  deferred_.run();
}

usquic::Result<int> us_loop_t::pollable_fd() {
  const auto fd = poller_->pollable_fd();
  if (!fd) return fd;
  is_embedded_ = true;
  if (!is_in_iteration_) update_pollable();
  return fd;
}

void us_loop_t::note_work() {
  if (is_embedded_) poller_->wake();
}

void us_loop_t::update_pollable() {
  if (!is_embedded_) return;
  if (has_work()) poller_->wake();
  poller_->carry(next_deadline());
}

us_loop_t* us_create_loop(void* /*hint*/, void (*wakeup_cb)(us_loop_t* loop), void (*pre_cb)(us_loop_t* loop),
                          void (*post_cb)(us_loop_t* loop), unsigned int ext_size) {
  us_loop_t* loop = usquic::new_with_ext<us_loop_t>(ext_size, wakeup_cb, pre_cb, post_cb);
  if (loop != nullptr && loop->open()) return loop;
  usquic::delete_with_ext(loop);
  return nullptr;
}

void us_loop_free(us_loop_t* loop) {
  if (loop == nullptr) return;
  if (loop->is_in_iteration()) {
    loop->end_requests().want_free();
    return;
  }
  loop->close();
  usquic::delete_with_ext(loop);
}

void* us_loop_ext(us_loop_t* loop) {
  return usquic::ext_of(loop);
}

void us_loop_run(us_loop_t* loop) {
  if (loop->is_in_iteration()) return;
  while (!loop->end_requests().is_free_wanted() && loop->is_alive()) {
    loop->iterate(us_loop_t::Waiting::allowed);
    if (loop->end_requests().take_stop()) break;
  }
  if (loop->end_requests().is_free_wanted()) us_loop_free(loop);
}

int us_loop_tick(us_loop_t* loop) {
  if (loop->is_in_iteration()) return loop->is_alive() ? 1 : 0;
  loop->iterate(us_loop_t::Waiting::none);
  if (loop->end_requests().is_free_wanted()) {
    us_loop_free(loop);
    return 0;
  }
  return loop->is_alive() ? 1 : 0;
}

void us_loop_stop(us_loop_t* loop) {
  loop->end_requests().want_stop();
}

void us_wakeup_loop(us_loop_t* loop) {
  loop->wake_up();
}

long long us_loop_iteration_number(us_loop_t* loop) {
  return loop->iteration_number();
}

int us_loop_fd(us_loop_t* loop) {
  auto fd = loop->pollable_fd();
  return fd ? *fd : fd.error();
}

namespace usquic::loop {

TimePoint now(us_loop_t* loop) {
  return loop->is_in_iteration() ? loop->now() : monotonic_now();
}

void add_hooks(us_loop_t* loop, Hooks* hooks) {
  loop->hooks().add(hooks);
}

Hooks* find_hooks(us_loop_t* loop, bool (*is_mine)(Hooks* hooks)) {
  return loop->hooks().find(is_mine);
}

void note_work(us_loop_t* loop) {
  if (!loop->is_in_iteration()) loop->note_work();
}

bool is_in_iteration(us_loop_t* loop) {
  return loop->is_in_iteration();
}

void defer_free(us_loop_t* loop, std::function<void()> destroy) {
  loop->deferred().add(std::move(destroy));
  note_work(loop);
}

std::shared_ptr<Mailbox> mailbox(us_loop_t* loop) {
  return loop->mailbox();
}

}  // namespace usquic::loop
