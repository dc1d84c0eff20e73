#include "engine/ngtcp2/connection_parts.h"

#include "engine/ngtcp2/connection.h"

namespace usquic::engine::ngtcp2 {

ConnectionParts::ConnectionParts(QuicConnection& connection, EndpointCore& endpoint, const Path& path,
                                 bool is_client)
    : core(connection, endpoint, path, is_client),
      streams(core),
      http3(streams),
      shutdown(streams),
      reader(streams),
      writer(streams),
      limits(streams),
      registration(endpoint.ids, endpoint.reset_tokens, endpoint.deadlines, connection),
      ending(streams, writer, registration),
      tls(core, reader),
      keep_alive(core),
      client_start(*this) {}

}  // namespace usquic::engine::ngtcp2
