// Writes lines on a thread of its own: a pipe that nobody reads, or a disk that is slow, holds up nobody.
// What finds no room in its queue is dropped and counted.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/file_descriptor.h"

namespace usquic::tools::serve {

// A file that lines are appended to, made when it is not there; or a FIFO, whether or not somebody reads it.
// Returns: a descriptor, or one that is not open and errno.
FileDescriptor open_log(const std::string& path);

// Thread: any, for every call.
class LogWriter {
 public:
  static constexpr std::size_t max_queued_bytes = 1 << 20;  // where nothing else is said

  // Starts the thread: signals that are to be somebody else's are blocked before.
  explicit LogWriter(FileDescriptor destination, std::size_t max_queued = max_queued_bytes);
  // Waits for what is queued, as long as it is taken, and not for more than a second.
  ~LogWriter();
  LogWriter(const LogWriter&) = delete;
  LogWriter& operator=(const LogWriter&) = delete;

  // Whole lines, each with its end. Never waits.
  void write(std::string_view lines);
  // Goes on with that file (open_log), when what is being written now is written, or is not taken. It is
  // opened by the thread, too: that may take as long.
  void change_file(std::string path);
  // Why that was not possible, an errno; 0 when it was, or was asked before. The old file stays.
  int take_error();
  // Lines that were dropped since this was asked last; 0 as long as nothing is written again.
  std::uint64_t take_dropped();

 private:
  struct State;

  const std::shared_ptr<State> state_;  // the thread's too: it may outlive the writer
};

}  // namespace usquic::tools::serve
