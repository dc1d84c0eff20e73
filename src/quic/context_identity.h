// The TLS identity of a context, for byte streams on the same port number: certificates that are added or replaced are
// both's.
#pragma once

#include <memory>

#include "tls/context.h"
#include "usquic/quic.h"

namespace usquic::quic {

std::shared_ptr<tls::Context> identity_of(const us_quic_socket_context_t& context);

}  // namespace usquic::quic
