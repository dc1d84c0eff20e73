#include "engine/ngtcp2/new_token.h"

namespace usquic::engine::ngtcp2 {

void offer_token(ConnectionCore& core) {
  const auto token = core.endpoint.tokens.make_regular(
      core.endpoint.wall_now(), ngtcp2_conn_get_negotiated_version(core.library), core.path.remote);
  if (!token.empty()) ngtcp2_conn_submit_new_token(core.library, token.data(), token.size());
}

void keep_token(ConnectionCore& core, std::string_view server_name, Bytes token) {
  core.endpoint.token_store.put(server_name, core.path.remote.port(),
                                ngtcp2_conn_get_negotiated_version(core.library), token);
}

}  // namespace usquic::engine::ngtcp2
