#include "serve/log_writer.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <mutex>
#include <new>
#include <optional>
#include <thread>
#include <utility>

namespace usquic::tools::serve {
namespace {

constexpr int look_around_ms = 50;  // while a pipe takes nothing: is it to end, or to write elsewhere?
constexpr std::chrono::milliseconds last_words(1000);

std::uint64_t count_lines(std::string_view text) {
  return static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n'));
}

// A write into a pipe without a reader is an error, not the end of the process.
void block_broken_pipe_signal() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

}  // namespace

FileDescriptor open_log(const std::string& path) {
  struct stat status = {};
  // Opened for reading as well a FIFO waits for no reader, and lines wait in it when the reader starts anew.
  const bool is_fifo = stat(path.c_str(), &status) == 0 && S_ISFIFO(status.st_mode);
  const int access = is_fifo ? O_RDWR : O_WRONLY;
  constexpr mode_t mode = 0666;
  return FileDescriptor(
      ::open(path.c_str(), access | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, mode));
}

struct LogWriter::State {
  void run();
  void count_dropped(std::string_view lines);

  std::mutex mutex;
  std::condition_variable changed;
  std::size_t max_queued = 0;
  std::optional<std::string> next_file;
  std::string queued;
  std::uint64_t dropped = 0;
  int error = 0;
  bool has_written = false;  // since lines were dropped
  bool is_writing = false;
  bool is_stopping = false;

  // The thread's alone, once it runs.
  FileDescriptor destination;
  bool is_inside_line = false;  // the last one was cut

 private:
  void change_to(const std::string& path);
  bool is_called_away();
  bool write_all(std::string_view text);
  void write_out(std::string_view lines);
};

void LogWriter::State::count_dropped(std::string_view lines) {
  dropped += std::max<std::uint64_t>(count_lines(lines), 1);
  has_written = false;
}

// What is being written may have to wait for its reader for ever.
bool LogWriter::State::is_called_away() {
  const std::lock_guard lock(mutex);
  return is_stopping || next_file.has_value();
}

void LogWriter::State::change_to(const std::string& path) {
  FileDescriptor opened = open_log(path);
  const int failed = opened.is_open() ? 0 : errno;
  if (opened.is_open()) {
    destination = std::move(opened);
    is_inside_line = false;
  }
  const std::lock_guard lock(mutex);
  error = failed;
}

bool LogWriter::State::write_all(std::string_view text) {
  while (!text.empty()) {
    const ssize_t count = ::write(destination.get(), text.data(), text.size());
    if (count > 0) {
      is_inside_line = text[static_cast<std::size_t>(count) - 1] != '\n';
      text.remove_prefix(static_cast<std::size_t>(count));
      continue;
    }
    if (count < 0 && errno == EINTR) continue;
    pollfd writable = {destination.get(), POLLOUT, 0};
    const bool may_wait = count < 0 && errno == EAGAIN;
    const bool is_over = !may_wait || (poll(&writable, 1, look_around_ms) == 0 && is_called_away());
    if (!is_over) continue;
    const std::lock_guard lock(mutex);
    count_dropped(text);
    return false;
  }
  return true;
}

void LogWriter::State::write_out(std::string_view lines) {
  if (is_inside_line && !write_all("\n")) return;
  if (!write_all(lines)) return;
  const std::lock_guard lock(mutex);
  has_written = true;
}

void LogWriter::State::run() {
  block_broken_pipe_signal();
  std::unique_lock lock(mutex);
  while (!is_stopping) {
    changed.wait(lock, [this] { return is_stopping || next_file || !queued.empty(); });
    const std::optional<std::string> file = std::exchange(next_file, std::nullopt);
    const std::string lines = std::exchange(queued, {});
    is_writing = true;
    lock.unlock();
    // What was queued before a file is changed belongs into either.
    if (file) change_to(*file);
    if (!lines.empty()) write_out(lines);
    lock.lock();
    is_writing = false;
    changed.notify_all();
  }
}

LogWriter::LogWriter(FileDescriptor destination, std::size_t max_queued) : state_(std::make_shared<State>()) {
  state_->max_queued = max_queued;
  state_->destination = std::move(destination);
  std::thread([state = state_] { state->run(); }).detach();
}

LogWriter::~LogWriter() {
  std::unique_lock lock(state_->mutex);
  state_->changed.wait_for(lock, last_words,
                           [this] { return state_->queued.empty() && !state_->is_writing; });
  state_->is_stopping = true;
  state_->changed.notify_all();
}

void LogWriter::write(std::string_view lines) {
  const std::lock_guard lock(state_->mutex);
  if (state_->queued.size() + lines.size() > state_->max_queued) return state_->count_dropped(lines);
  try {
    state_->queued.append(lines);
  } catch (const std::bad_alloc&) {
    return state_->count_dropped(lines);
  }
  state_->changed.notify_all();
}

void LogWriter::change_file(std::string path) {
  const std::lock_guard lock(state_->mutex);
  state_->next_file = std::move(path);
  state_->changed.notify_all();
}

int LogWriter::take_error() {
  const std::lock_guard lock(state_->mutex);
  return std::exchange(state_->error, 0);
}

std::uint64_t LogWriter::take_dropped() {
  const std::lock_guard lock(state_->mutex);
  return state_->has_written ? std::exchange(state_->dropped, 0) : 0;
}

}  // namespace usquic::tools::serve
