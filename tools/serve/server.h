// usquic serve: the file service on App.
#pragma once

#include "exit_code.h"
#include "serve/options.h"

namespace usquic::tools::serve {

// Runs until a signal ends it.
ExitCode run_server(const Options& options);

}  // namespace usquic::tools::serve
