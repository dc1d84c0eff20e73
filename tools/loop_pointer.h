// A loop of the C interface that is freed with its owner.
#pragma once

#include <memory>

#include "usquic/loop.h"

namespace usquic::tools {

struct FreeLoop {
  void operator()(us_loop_t* loop) const { us_loop_free(loop); }
};
using LoopPointer = std::unique_ptr<us_loop_t, FreeLoop>;

}  // namespace usquic::tools
