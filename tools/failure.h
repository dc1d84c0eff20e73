// Failures as the user hears of them: one line and an exit code.
#pragma once

#include <string>
#include <string_view>

#include "exit_code.h"
#include "usquic/quic.h"

namespace usquic::tools {

struct Failure {
  ExitCode code = ExitCode::Failure;
  std::string reason;
};

// The exit code for a US_QUIC_E_*.
ExitCode exit_code_of(int error);

// From an error that a call returned; detail: what the library logged about it, or "".
Failure describe_error(int error, std::string_view detail = {});
// From the end of a connection.
Failure describe_close(const us_quic_close_info_t& info);
// From the end of a stream that was not orderly.
Failure describe_stream_close(const us_quic_stream_close_info_t& info);

// "usquic: COMMAND: TEXT" and the line's end; control characters are replaced, so that it is one line.
std::string failure_line(std::string_view command, std::string_view text);
// Print that on standard error.
void print_failure(std::string_view command, std::string_view text);

}  // namespace usquic::tools
