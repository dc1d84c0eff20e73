// usquic: HTTP/3 from the command line.
#include <csignal>
#include <cstdio>
#include <exception>
#include <vector>

#include "echo/command.h"
#include "failure.h"
#include "get/command.h"
#include "load/command.h"
#include "serve/command.h"
#include "standard_descriptors.h"
#include "subcommand.h"
#include "usquic/usquic.h"

namespace {

using usquic::tools::Command;
using usquic::tools::ExitCode;

std::string version_text() {
  const us_quic_tls_library_t tls = us_quic_tls_library();
  return std::string("usquic ") + us_quic_version() + " (" + tls.name + " " + tls.version + ")";
}

int run(int argc, char** argv) {
  CLI::App app("QUIC and HTTP/3 from the command line.\nHelp for one command: usquic COMMAND --help",
               "usquic");
  app.set_version_flag("-V,--version", version_text());
  app.require_subcommand(1);
  app.failure_message([](const CLI::App*, const CLI::Error& error) {
    return std::string("usquic: ") + error.what() + "\nTry usquic --help\n";
  });
  std::vector<Command> commands;
  commands.push_back(usquic::tools::serve::add_command(app));
  commands.push_back(usquic::tools::get::add_command(app));
  commands.push_back(usquic::tools::load::add_command(app));
  for (Command& command : usquic::tools::echo::add_commands(app)) commands.push_back(std::move(command));
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    // Help and version are told by "errors" of code 0.
    return app.exit(error) == 0 ? 0 : to_int(ExitCode::Usage);
  }
  for (const Command& command : commands) {
    if (command.parser->parsed()) return to_int(command.run());
  }
  return to_int(ExitCode::Usage);
}

}  // namespace

int main(int argc, char** argv) {
  if (!usquic::tools::hold_standard_descriptors()) return to_int(ExitCode::Failure);
  // A reader that goes away is told by EPIPE.
  std::signal(SIGPIPE, SIG_IGN);
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    usquic::tools::print_failure("error", error.what());
    return to_int(ExitCode::Failure);
  }
}
