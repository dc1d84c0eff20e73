// HTTP/3 framing and QPACK of one connection (RFC 9114, RFC 9204). It knows stream IDs and bytes, no packets: the
// transport feeds it stream data and sends what lies in the streams' buffers.
//
// What is sent on a request stream lies in its MessageState::output, and the transport schedules it; what is sent on
// the three critical streams comes by next_output(). RequestReader reads request streams, UnidirectionalReader the
// peer's other streams.
//
// Life of a request stream: read() or open_request() makes it known; stream_closed() ends that, or its end.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "base/block_pool.h"
#include "base/bytes.h"
#include "base/list.h"
#include "base/result.h"
#include "http3/codec_events.h"
#include "http3/connection_error.h"
#include "http3/critical_streams.h"
#include "http3/grease.h"
#include "http3/message_state.h"
#include "http3/peer_requests.h"
#include "http3/qpack/decoder.h"
#include "http3/qpack/encoder.h"
#include "http3/request_reader.h"
#include "http3/session_streams.h"
#include "http3/settings.h"
#include "http3/unidirectional_reader.h"
#include "transport/stream_table.h"

namespace usquic::http3 {

class Codec final : private RequestReader::Delegate, private UnidirectionalReader::Delegate {
 public:
  using Options = CodecOptions;
  using Events = CodecEvents;

  // `pool` and `events` outlive it.
  Codec(const Options& options, BlockPool& pool, Events& events);
  ~Codec();
  Codec(const Codec&) = delete;
  Codec& operator=(const Codec&) = delete;

  // IDs of the three unidirectional streams that this side opened.
  struct OwnStreams {
    std::int64_t control, encoder, decoder;
  };
  // The control stream begins with SETTINGS.
  Result<void> bind_streams(const OwnStreams& ids, const Grease& grease);

  // Stream data came. An error ends the connection.
  ConnectionError read(std::int64_t id, Bytes data, bool fin);
  // The data of a DATAGRAM frame came. An error ends the connection.
  ConnectionError read_datagram(Bytes data);
  // RESET_STREAM came, or we sent STOP_SENDING: read no more.
  ConnectionError peer_reset(std::int64_t id);
  // Both directions are over in the transport. true: nothing here refers to the stream any more. false: what
  // came on it waits for QPACK instructions; keep its MessageState until http3_closed(), which peer_reset()
  // calls if nobody wants the rest, or destroy it.
  bool stream_closed(std::int64_t id);
  // Server: the number of streams that the client was allowed to open in all.
  void set_max_client_streams(std::uint64_t count);

  // The next data of a critical stream to put into packets. `id` = -1: nothing. Views are valid until the next call
  // on this object.
  struct Output {
    std::int64_t id = -1;
    std::size_t count = 0;
  };
  Output next_output(std::span<Bytes> views);
  // For what becomes of it.
  CriticalStreams& critical_streams() { return own_; }

  // A client's stream waits for an ID, and what is sent on it may use the QPACK table already; then it has one.
  void expect_request(MessageState& s);
  // Throws std::bad_alloc.
  void open_request(std::int64_t id, MessageState& s);
  // A client's: tells the server (RFC 9218 section 7.1).
  Result<void> send_priority_update(std::int64_t id, http::Priority priority);
  // GOAWAY in two steps (RFC 9114 section 5.2): `noticed` names the largest ID, and refuses nothing yet; `begun`, a
  // round trip later, the real one. Errors: US_QUIC_E_STATE, it is too early; US_QUIC_E_AGAIN, there are WebTransport
  // sessions, whose streams `begun` would refuse; US_QUIC_E_NOMEM, the step counts here though the peer is not told.
  enum class Shutdown : std::uint8_t { none, noticed, begun };
  Result<void> shut_down(Shutdown step);
  // It has begun, and no request is left.
  bool is_drained() const { return shutdown_ == Shutdown::begun && streams_.empty(); }

  // What the peer's SETTINGS said; nullptr: they have not come.
  const Settings* peer_settings() const { return peer_settings_ ? &*peer_settings_ : nullptr; }

 private:
  friend class MessageState;

  // A client's, whose streams wait for an ID. A number below -1 stands for each of them.
  struct ExpectedRequests {
    List<MessageState, ExpectedTag> messages;
    std::int64_t latest = -1;
  };

  void attach(std::int64_t id, MessageState& s);
  // A stream's owner destroys it: forget it at once.
  void forget(MessageState& s);

  ConnectionError read_request(std::int64_t id, Bytes data, bool fin);
  ConnectionError read_unknown(std::int64_t id, Bytes data, bool fin);
  MessageState* open_peer_request(std::int64_t id);

  void stream_failed(MessageState& s, std::uint64_t code) override;
  void request_too_large(MessageState& s) override;
  void request_priority(MessageState& s, std::string_view value) override;
  ConnectionError encoder_instructions(Bytes data) override;
  ConnectionError settings_received(Settings settings) override;
  void goaway_received(std::int64_t id) override;
  ConnectionError priority_updated(std::int64_t id, std::string_view value) override;

  const Options options_;
  Events& events_;
  PeerRequests peer_requests_;
  SessionStreams sessions_;
  qpack::Decoder decoder_;
  qpack::Encoder encoder_;
  RequestReader reader_;
  UnidirectionalReader unidirectional_;
  CriticalStreams own_;
  // Requests that are known; nullptr = refused, its bytes are dropped.
  transport::StreamTable<MessageState> streams_;
  std::optional<Settings> peer_settings_;
  bool has_lost_instructions_ = false;  // for want of memory: the peer's tables and ours differ
  Shutdown shutdown_ = Shutdown::none;
  ExpectedRequests expected_;
};

}  // namespace usquic::http3
