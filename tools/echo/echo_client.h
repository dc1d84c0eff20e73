// usquic echo client.
#pragma once

#include "echo/options.h"
#include "exit_code.h"

namespace usquic::tools::echo {

ExitCode run_client(const ClientOptions& options);

}  // namespace usquic::tools::echo
