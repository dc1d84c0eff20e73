// Reads a descriptor that may block (standard input, a pipe) on a thread of its own, within a bound.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "base/file_descriptor.h"

namespace usquic::tools {

class InputPump {
 public:
  // The descriptor stays the caller's. notify runs whenever something came, on the pump's thread.
  InputPump(int fd, std::function<void()> notify);
  ~InputPump();
  InputPump(const InputPump&) = delete;
  InputPump& operator=(const InputPump&) = delete;

  struct Input {
    std::string bytes;       // what came since the last call
    bool is_at_end = false;  // nothing follows bytes
    int error = 0;           // an errno; then is_at_end too
  };
  Input take();

 private:
  void pump();
  bool wait_readable() const;

  static constexpr std::size_t max_queued = 1 << 20;

  int fd_;
  const std::function<void()> notify_;
  FileDescriptor stop_;  // an eventfd
  std::mutex mutex_;
  std::condition_variable has_room_;
  Input queued_;
  bool is_stopping_ = false;
  std::thread thread_;
};

}  // namespace usquic::tools
