#include "base/log.h"

#include <cstdarg>
#include <cstdio>

namespace usquic {

void Logger::log(LogLevel level, const char* format, ...) const {
  std::va_list arguments;
  va_start(arguments, format);
  vlog(level, format, arguments);
  va_end(arguments);
}

void Logger::vlog(LogLevel level, const char* format, std::va_list arguments) const {
  if (!wants(level)) return;
  char line[1024];
  std::vsnprintf(line, sizeof(line), format, arguments);
  callback_(user_, static_cast<int>(level), line);
}

}  // namespace usquic
