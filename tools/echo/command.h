#pragma once

#include <vector>

#include "subcommand.h"

namespace usquic::tools::echo {

// usquic echo server, usquic echo client.
std::vector<Command> add_commands(CLI::App& app);

}  // namespace usquic::tools::echo
