// What a connection is put together from, each with one duty.
#pragma once

#include "engine/lsquic/connection_core.h"
#include "engine/lsquic/connection_ending.h"
#include "engine/lsquic/datagram_driver.h"
#include "engine/lsquic/shutdown_driver.h"
#include "engine/lsquic/stream_set.h"

namespace usquic::engine::lsquic {

struct ConnectionParts {
  ConnectionParts(LsquicConnection& connection, EndpointCore& endpoint, Peer& peer, const Path& path,
                  bool is_client)
      : core(connection, endpoint, peer, path, is_client) {}

  ConnectionCore core;
  StreamSet streams{core};
  ConnectionEnding ending{core, streams};
  DatagramDriver datagrams{core};
  ShutdownDriver shutdown{core, streams, ending};
};

}  // namespace usquic::engine::lsquic
