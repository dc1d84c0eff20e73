#include "load/board.h"

namespace usquic::tools::load {

void Board::change(std::uint64_t Progress::*count, std::uint64_t by) {
  const std::lock_guard lock(mutex_);
  progress_.*count += by;
  changed_.notify_all();
}

void Board::note_connected(std::uint64_t opened) {
  change(&Progress::opened, opened);
  change(&Progress::connected, 1);
}

void Board::note_finished() {
  change(&Progress::finished, 1);
}

void Board::note_ended() {
  change(&Progress::ended, 1);
}

void Board::interrupt() {
  const std::lock_guard lock(mutex_);
  is_interrupted_ = true;
  changed_.notify_all();
}

bool Board::is_interrupted() {
  const std::lock_guard lock(mutex_);
  return is_interrupted_;
}

Board::Progress Board::progress() {
  const std::lock_guard lock(mutex_);
  return progress_;
}

void Board::wait(Clock::time_point until, const std::function<bool(const Progress&)>& is_done) {
  std::unique_lock lock(mutex_);
  changed_.wait_until(lock, until, [&] { return is_interrupted_ || is_done(progress_); });
}

}  // namespace usquic::tools::load
