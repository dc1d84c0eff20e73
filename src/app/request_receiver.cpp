#include "app/request_receiver.h"

#include <utility>

#include "base/check.h"

namespace usquic::app {

void RequestReceiver::begin(ExchangeStream& stream, const RequestTraits& traits) {
  stream_ = &stream;
  traits_ = traits;
  state_ = State::waiting;
  is_paused_ = false;
  max_body_bytes_ = UINT64_MAX;
  received_ = 0;
  capsules_.reset();
}

void RequestReceiver::enter(State next) {
  CHECK(next > state_);
  state_ = next;
}

bool RequestReceiver::awaits_continue() const {
  return traits_.expects_continue && state_ == State::waiting && received_ == 0;
}

void RequestReceiver::read_with(Function<void(std::string_view chunk, bool fin)> handler) {
  on_data = std::move(handler);
  begin_reading();
}

CapsuleReceiver& RequestReceiver::read_capsules(std::size_t max_value_bytes) {
  if (capsules_ == nullptr) {
    capsules_ = std::make_unique<CapsuleReceiver>(max_value_bytes);
    begin_reading();
  }
  return *capsules_;
}

void RequestReceiver::begin_reading() {
  if (state_ != State::waiting) return;
  enter(State::reading);
  if (!is_paused_) stream_->resume();
}

void RequestReceiver::pause() {
  is_paused_ = true;
  stream_->pause();
}

void RequestReceiver::resume() {
  is_paused_ = false;
  if (has_reader()) stream_->resume();
}

void RequestReceiver::hold_unread() {
  if (state_ == State::waiting) stream_->pause();
}

void RequestReceiver::drop_rest(const LingerLimits& limits) {
  if (state_ >= State::dropping) return;
  enter(State::dropping);
  if (traits_.has_body) drain_.begin(*stream_, limits);
  stream_->resume();
}

void RequestReceiver::count(std::size_t bytes) {
  received_ += bytes;
  drain_.take(bytes);
}

void RequestReceiver::end() {
  drain_.end();
  if (!is_ended()) enter(State::ended);
}

void RequestReceiver::drop_handlers() {
  on_data.reset();
  on_trailer.reset();
  offered_session.reset();
  if (capsules_ != nullptr) capsules_->drop_handlers();
}

}  // namespace usquic::app
