// usquic load, once its options are known.
#pragma once

#include "exit_code.h"
#include "load/options.h"

namespace usquic::tools::load {

ExitCode run_load(const Options& options);

}  // namespace usquic::tools::load
