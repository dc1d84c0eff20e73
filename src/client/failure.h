// Why a fetch fails: what its error handler gets.
#pragma once

#include <string>

#include "base/result.h"

namespace usquic::client {

struct Failure {
  Error reason;
  std::string text;  // one line
};

}  // namespace usquic::client
