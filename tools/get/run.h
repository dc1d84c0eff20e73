// usquic get.
#pragma once

#include "exit_code.h"
#include "get/options.h"

namespace usquic::tools::get {

ExitCode run_get(const Options& options);

}  // namespace usquic::tools::get
