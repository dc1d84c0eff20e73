#pragma once

#include "subcommand.h"

namespace usquic::tools::get {

Command add_command(CLI::App& app);

}  // namespace usquic::tools::get
