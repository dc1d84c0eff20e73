// The end of a listening socket that its connections outlive.
#pragma once

#include "usquic/quic.h"

namespace usquic::quic {

// Takes no more clients, and closes with its last connection.
void retire_socket(us_quic_listen_socket_t& socket);

}  // namespace usquic::quic
