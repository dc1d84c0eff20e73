#pragma once

#include "subcommand.h"

namespace usquic::tools::serve {

Command add_command(CLI::App& app);

}  // namespace usquic::tools::serve
