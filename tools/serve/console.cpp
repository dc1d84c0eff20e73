#include "serve/console.h"

#include <fcntl.h>

#include <exception>
#include <string>
#include <utility>

#include "failure.h"

namespace usquic::tools::serve {

void Console::start_threads() {
  const std::lock_guard lock(mutex_);
  has_threads_ = true;
}

void Console::say(std::string_view line) {
  write(output_, stdout, line);
}

void Console::complain(std::string_view text) {
  write(errors_, stderr, failure_line("serve", text));
}

void Console::note(std::string_view line) {
  write(errors_, stderr, line);
}

// A line that cannot be written, for want of memory, a descriptor or a thread, is no reason to end.
void Console::write(std::optional<LogWriter>& writer, std::FILE* stream, std::string_view line) {
  try {
    const std::string whole = line.ends_with('\n') ? std::string(line) : std::string(line) + "\n";
    const std::lock_guard lock(mutex_);
    if (!has_threads_) {
      std::fwrite(whole.data(), 1, whole.size(), stream);
      std::fflush(stream);
      return;
    }
    if (!writer) {
      FileDescriptor destination(fcntl(fileno(stream), F_DUPFD_CLOEXEC, 0));
      if (!destination.is_open()) return;
      writer.emplace(std::move(destination));
    }
    writer->write(whole);
  } catch (const std::exception&) {
    return;
  }
}

}  // namespace usquic::tools::serve
