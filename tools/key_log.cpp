#include "key_log.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>

namespace usquic::tools {

std::unique_ptr<KeyLog> KeyLog::from_environment() {
  const char* path = std::getenv("SSLKEYLOGFILE");
  if (path == nullptr || *path == '\0') return nullptr;
  // Secrets: for the owner's eyes alone.
  const int fd = ::open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (fd < 0) return nullptr;
  std::FILE* file = fdopen(fd, "a");
  if (file == nullptr) {
    ::close(fd);
    return nullptr;
  }
  return std::unique_ptr<KeyLog>(new KeyLog(file));
}

KeyLog::~KeyLog() {
  std::fclose(file_);
}

void KeyLog::attach(us_quic_socket_context_options_t& options) {
  options.keylog_user = this;
  options.keylog = [](void* user, const char* line) {
    auto* self = static_cast<KeyLog*>(user);
    // A line is one call: stdio locks the file for it.
    std::fprintf(self->file_, "%s\n", line);
    std::fflush(self->file_);
  };
}

}  // namespace usquic::tools
