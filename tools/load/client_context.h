// The QUIC context that load is made with.
#pragma once

#include "failure.h"
#include "key_log.h"
#include "load/plan.h"
#include "log_capture.h"
#include "usquic/quic.h"

namespace usquic::tools::load {

// What contexts write to. Outlives them.
struct ContextLogs {
  LogCapture messages{US_QUIC_LOG_NONE};
  KeyLog* keys = nullptr;
};

// A client context on the loop with the plan's trust, certificate and limits, or nullptr and what was wrong.
us_quic_socket_context_t* create_client_context(us_loop_t* loop, const Plan& plan, ContextLogs& logs,
                                                unsigned ext_size, Failure& failure);

// A connection over a socket of its own to where the target was found, or nullptr and the US_QUIC_E_*.
us_quic_connection_t* connect_to(us_quic_socket_context_t* context, const Target& target, unsigned ext_size,
                                 int& error);

}  // namespace usquic::tools::load
