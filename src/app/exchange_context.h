// What all exchanges of one server use.
#pragma once

#include <cstddef>
#include <vector>

#include "app/lingering.h"
#include "base/log.h"
#include "http/date.h"
#include "usquic/quic.h"

namespace usquic::app {

struct ExchangeContext {
  Logger logger;
  http::Date date;
  bool sends_date = true;
  LingerLimits linger;
  std::size_t max_capsule_bytes = 65'536;  // of the value of a capsule that is read
  std::vector<us_quic_header_t> fields;    // scratch: the section that is being sent
};

}  // namespace usquic::app
