// What a connection is put together from: parts with one duty each. ngtcp2's callbacks find them here.
#pragma once

#include "engine/ngtcp2/client_start.h"
#include "engine/ngtcp2/connection_core.h"
#include "engine/ngtcp2/connection_ending.h"
#include "engine/ngtcp2/connection_registration.h"
#include "engine/ngtcp2/http3_driver.h"
#include "engine/ngtcp2/keep_alive_timer.h"
#include "engine/ngtcp2/packet_reader.h"
#include "engine/ngtcp2/packet_writer.h"
#include "engine/ngtcp2/peer_limits.h"
#include "engine/ngtcp2/shutdown_driver.h"
#include "engine/ngtcp2/stream_set.h"
#include "engine/ngtcp2/tls_state.h"

namespace usquic::engine::ngtcp2 {

struct ConnectionParts {
  ConnectionParts(QuicConnection& connection, EndpointCore& endpoint, const Path& path, bool is_client);

  ConnectionCore core;
  StreamSet streams;
  Http3Driver http3;
  ShutdownDriver shutdown;
  PacketReader reader;
  PacketWriter writer;
  PeerLimits limits;
  ConnectionRegistration registration;
  ConnectionEnding ending;
  TlsState tls;
  KeepAliveTimer keep_alive;
  ClientStart client_start;
};

}  // namespace usquic::engine::ngtcp2
