#include "app/misuse.h"

#include "base/check.h"

namespace usquic::app {

void report_misuse(const Logger& logger, const char* call, const char* why) {
  logger.log(LogLevel::error, "%s: %s; the call does nothing", call, why);
#ifndef NDEBUG
  check_failed(why, call, 0);
#endif
}

}  // namespace usquic::app
