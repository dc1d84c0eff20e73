#include "h3/misuse.h"

#include "base/check.h"

namespace usquic::h3 {

void report_misuse(const Logger& logger, const char* call, const char* why) {
  logger.log(LogLevel::error, "%s: %s; the call does nothing", call, why);
#ifndef NDEBUG
  check_failed(why, call, 0);
#endif
}

}  // namespace usquic::h3
