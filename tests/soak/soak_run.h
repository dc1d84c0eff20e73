// What the soak programs share: a loop that runs until something is true, a server's quiet, figures
// and a verdict.
#pragma once

#include <cstdint>
#include <cstdio>
#include <functional>
#include <string>

#include "server_process.h"
#include "usquic/usquic.h"

namespace usquic::test {

// Runs the loop until done(), or for `seconds`. true: done() was.
bool run_until(us_loop_t* loop, const std::function<bool()>& done, int seconds);
// Runs the loop until the server has no more than `connections` open and its heap stands still: closed
// connections are kept for three probe timeouts (RFC 9000 section 10.2), acknowledgements come late, the path
// MTU is searched for.
ServerReport wait_for_quiet(us_loop_t* loop, ServerProcess& server, std::uint64_t connections);
// Options for connections that are held: they neither end nor talk by themselves.
us_quic_socket_context_options_t patient_options();

// A number of the command line; throws when it is none, or less than `least`.
std::uint64_t number_from(const char* text, std::uint64_t least);
void print_figure(const char* name, double value, const char* unit);

// What was not as it must be, one line each.
class Verdict {
 public:
  void expect(bool is_fine, const std::string& otherwise);
  int exit_code() const { return is_fine_ ? 0 : 1; }

 private:
  bool is_fine_ = true;
};

}  // namespace usquic::test
