// usquic load.
#pragma once

#include "subcommand.h"

namespace usquic::tools::load {

Command add_command(CLI::App& app);

}  // namespace usquic::tools::load
