#include "http3/session_streams.h"

#include "http3/critical_streams.h"
#include "usquic/webtransport.h"

namespace usquic::http3 {

SessionStreams::Verdict SessionStreams::read_head(std::int64_t id, Bytes& data, bool fin) {
  Verdict verdict;
  const auto fail = [&verdict](ConnectionError error) {
    verdict.kind = Kind::failed;
    verdict.error = error;
    return verdict;
  };
  const bool is_full = heads_.is_full() && !heads_.holds(id);
  const StreamHeads::Kind kind = heads_.read(id, data, verdict.head);
  if (kind == StreamHeads::Kind::session) {
    events_.http3_consumed(id, verdict.head.size);
    bool is_taken = false;
    const ConnectionError error = begin(id, verdict.head.session_id, data, fin, is_taken);
    verdict.is_refused = !is_taken;
    return error == ConnectionError::none ? verdict : fail(error);
  }
  if (kind == StreamHeads::Kind::unknown) {
    if (is_full) return fail(ConnectionError::excessive_load);
    if (!fin) return verdict;
    heads_.forget(id);
  }
  // RFC 9114 section 6.1: servers send no requests.
  if (!options_.is_server) return fail(ConnectionError::stream_creation_error);
  verdict.kind = Kind::request;
  return verdict;
}

ConnectionError SessionStreams::begin(std::int64_t id, std::uint64_t session_id, Bytes data, bool fin,
                                      bool& is_taken) {
  const bool may_be = may_be_session(session_id) && (!options_.is_server || requests_.may_exist(session_id));
  if (!may_be) return ConnectionError::id_error;
  const bool is_bidirectional = !is_unidirectional(id);
  const bool is_refused = options_.is_server && requests_.is_refused;
  if (is_bidirectional && options_.is_server) requests_.opened(id);
  is_taken =
      !is_refused && events_.http3_session_stream(id, static_cast<std::int64_t>(session_id), data, fin);
  if (is_taken) return ConnectionError::none;
  if (!data.empty()) events_.http3_consumed(id, data.size());
  events_.http3_stop_sending(id, US_QUIC_WEBTRANSPORT_BUFFERED_STREAM_REJECTED);
  if (is_bidirectional) events_.http3_reset_stream(id, US_QUIC_WEBTRANSPORT_BUFFERED_STREAM_REJECTED);
  return ConnectionError::none;
}

}  // namespace usquic::http3
