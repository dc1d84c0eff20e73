#include "get/upload.h"

#include <utility>

namespace usquic::tools::get {

int Upload::open(std::function<void()> notify) {
  sent_ = 0;
  is_held_back_ = false;
  source_.emplace();
  return source_->open(plan_, std::move(notify));
}

Upload::State Upload::send(const Write& write) {
  if (is_held_back_) return State::HeldBack;
  BodySource::State state = source_->fill();
  while (state == BodySource::State::Ready) {
    const std::string_view bytes = source_->peek();
    sent_ += bytes.size();
    is_held_back_ = !write(bytes);
    source_->consume(bytes.size());
    if (is_held_back_) return State::HeldBack;
    state = source_->fill();
  }
  if (state == BodySource::State::AtEnd) return State::AtEnd;
  return state == BodySource::State::Failed ? State::Failed : State::Waiting;
}

void Upload::note_request_sent() {
  if (sent_ == 0) sent_ = plan_.memory.size();
}

}  // namespace usquic::tools::get
