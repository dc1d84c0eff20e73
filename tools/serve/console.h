// Lines for whoever started the server, while it runs: written on other threads, so that a terminal or a pipe
// that takes nothing holds up nobody.
#pragma once

#include <cstdio>
#include <mutex>
#include <optional>
#include <string_view>

#include "serve/log_writer.h"

namespace usquic::tools::serve {

// Thread: any, for every call.
class Console {
 public:
  // Before this is called lines are written at once: while the process starts, and may still
  // have root's rights.
  void start_threads();

  // A line on standard output.
  void say(std::string_view line);
  // "usquic: serve: TEXT" on standard error.
  void complain(std::string_view text);
  // A line on standard error, as it is.
  void note(std::string_view line);

 private:
  void write(std::optional<LogWriter>& writer, std::FILE* stream, std::string_view line);

  std::mutex mutex_;  // of what follows
  bool has_threads_ = false;
  // Made with their first line: most servers have none.
  std::optional<LogWriter> output_;
  std::optional<LogWriter> errors_;
};

}  // namespace usquic::tools::serve
