// Mistakes of the application: a log line; in debug builds (without NDEBUG) an assertion that
// names the mistake.
#pragma once

#include "base/log.h"

namespace usquic::app {

// `call` is what was called, `why` what is wrong with that: "Response::end", "the response was
// answered".
void report_misuse(const Logger& logger, const char* call, const char* why);

}  // namespace usquic::app
