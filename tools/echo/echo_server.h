// usquic echo server: what comes on a stream goes back on it; what comes in a datagram goes back in one.
#pragma once

#include "echo/options.h"
#include "exit_code.h"

namespace usquic::tools::echo {

ExitCode run_server(const ServerOptions& options);

}  // namespace usquic::tools::echo
