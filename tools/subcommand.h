// A subcommand of usquic: its options in the parser, and what to do once they are parsed.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>

#include "exit_code.h"

namespace usquic::tools {

struct Command {
  CLI::App* parser = nullptr;  // asked whether the user named this command
  std::function<ExitCode()> run;
};

}  // namespace usquic::tools
