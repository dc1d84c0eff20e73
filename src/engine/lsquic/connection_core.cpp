#include "engine/lsquic/connection_core.h"

#include "engine/lsquic/connection.h"

namespace usquic::engine::lsquic {

ConnectionCore::ConnectionCore(LsquicConnection& its_connection, EndpointCore& its_endpoint, Peer& its_peer,
                               const Path& its_path, bool client)
    : connection(its_connection),
      endpoint(its_endpoint),
      peer(&its_peer),
      path(its_path),
      is_client(client),
      http_idle(endpoint.config.http_idle_timeout) {}

void ConnectionCore::mark_dirty() {
  if (life.is_gone() || connection.ListHook<DirtyTag>::is_linked()) return;
  endpoint.dirty.push_back(&connection);
}

// Not once lsquic frees the connection: it would begin to measure, and never give that memory back (4.9.3).
const lsquic_conn_info& ConnectionCore::measures() {
  if (library != nullptr) lsquic_conn_get_info(library, &latest_measures);
  return latest_measures;
}

}  // namespace usquic::engine::lsquic
