// The loops' clock, in the place of the kernel's: it moves when a target says so.
#pragma once

#include "base/time.h"

namespace usquic::fuzz {

void advance_clock(Duration by);

}  // namespace usquic::fuzz
