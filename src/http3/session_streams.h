// The streams of WebTransport sessions that the peer opens, until the transport has them.
#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "http3/codec_events.h"
#include "http3/connection_error.h"
#include "http3/peer_requests.h"
#include "http3/session_stream.h"

namespace usquic::http3 {

class SessionStreams {
 public:
  SessionStreams(const CodecOptions& options, CodecEvents& events, PeerRequests& requests)
      : options_(options), events_(events), requests_(requests) {}

  bool are_taken() const { return options_.webtransport_sessions > 0; }
  // Whether a bidirectional stream that is not known has to say by read_head() what it is. data: what came of it.
  bool must_ask(std::int64_t id, Bytes data) const {
    const bool is_request = !data.empty() && StreamHeads::is_request(data.front());
    return are_taken() && !(options_.is_server && is_request && !heads_.holds(id));
  }

  enum class Kind : std::uint8_t {
    done,     // it is not complete, or the stream is a session's
    request,  // the bytes of `head`, and then `data`, are of a request
    failed    // see `error`
  };
  struct Verdict {
    Kind kind = Kind::done;
    ConnectionError error = ConnectionError::none;
    StreamHeads::Head head{};
    bool is_refused = false;  // drop what else comes of it
  };
  // Reads the head of such a stream off the front of `data`. Throws std::bad_alloc.
  Verdict read_head(std::int64_t id, Bytes& data, bool fin);
  // The head of a stream of either kind was read. is_taken: what follows goes past the codec; else the peer was told
  // that it is not wanted.
  ConnectionError begin(std::int64_t id, std::uint64_t session_id, Bytes data, bool fin, bool& is_taken);
  void forget(std::int64_t id) { heads_.forget(id); }

 private:
  const CodecOptions& options_;
  CodecEvents& events_;
  PeerRequests& requests_;
  StreamHeads heads_;
};

}  // namespace usquic::http3
