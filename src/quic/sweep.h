// The end of an iteration: memory of what was closed and told is freed, and nowhere else.
#pragma once

#include "usquic/quic.h"

extern "C" void us_internal_quic_sweep_closed(us_loop_t* loop);

namespace usquic::quic {

// Closes everything of a context with its callbacks, sends CONNECTION_CLOSE packets as far as the sockets take
// them at once, and frees it all. Not from a callback.
void destroy_context(us_quic_socket_context_t& context);

// Nothing keeps this closing socket any more.
bool has_sent_closes(const us_quic_socket_t& socket);

}  // namespace usquic::quic
