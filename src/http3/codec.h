// HTTP/3 framing and QPACK of one connection, over nghttp3. It knows stream ids and bytes, no
// packets: the transport feeds it stream data and asks it what to send. Another codec can take its
// place behind this header.
//
// Control frames and the scheduling of streams are nghttp3's. Settings (settings.h) and complete responses
// (message_state.cpp) are written here. RequestReader and FieldDecoder read request streams, because nghttp3
// 1.8 drops invalid fields in silence and answers a wrong content-length with an error of the connection,
// where RFC 9114 wants an error of the stream.
//
// Life of a stream: read() or send_request() makes it known; stream_closed() ends that. Between the two the
// MessageState must stay, and the bytes of its body until they are acknowledged or no_more_writes() was
// called: body.clear() is allowed from there on, never before (nghttp3 holds views). After stream_closed()
// returned true nothing here refers to the stream: then destroy it, which releases what is left of its body.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "base/block_pool.h"
#include "base/bytes.h"
#include "base/result.h"
#include "engine/engine.h"
#include "http/field_rules.h"
#include "http3/receive_state.h"
#include "transport/send_buffer.h"
#include "usquic/quic.h"

namespace usquic::http3 {

using engine::PreparedResponse;

// The HTTP/3 part of one request stream; a member of the engine's stream, which outlives its use here.
class MessageState {
 public:
  MessageState(void* stream_owner, BlockPool& pool) : owner(stream_owner), body(pool) {}
  ~MessageState();
  MessageState(const MessageState&) = delete;
  MessageState& operator=(const MessageState&) = delete;

  void* const owner;           // the engine's stream
  transport::SendBuffer body;  // what the application wrote; the codec takes from it
  bool fin = false;            // no more body will be written: end the stream after `body` (and trailers)

  // The latest header section received; views valid until the next section or until this is destroyed.
  std::span<const us_quic_header_t> headers() const;
  // A header section came, or the first of one.
  bool has_answer() const { return receive_.latest != nullptr || receive_.pending != nullptr; }
  // Accepted body bytes that the transport has not put into a packet yet.
  std::size_t unsent() const { return has_frames_ ? std::min(body.untaken(), frames_body_) : body.untaken(); }
  // A complete response that was checked and framed before. true: `frames.bytes` is in `body`, and from then
  // on the transport sends and acknowledges that itself; nothing of this stream comes by next_output().
  // false: not for this stream, or not now; the codec's send_headers() can send it.
  bool send_prepared(const PreparedResponse& frames, void (*release)(void* user), void* user);
  // The same for one that is checked and framed here: 0, or US_QUIC_E_*. Nothing: not for this stream,
  // or not now.
  std::optional<int> send_response(std::span<const us_quic_header_t> fields, Bytes content);
  // Its response is in `body` as frames: the transport sends that as it is.
  bool has_frames() const { return has_frames_; }

 private:
  friend class Http3Connection;
  friend class RequestReader;

  bool can_send_frames() const;
  void note_frames(std::size_t body_length);

  class Http3Connection* connection_ = nullptr;  // while it is known there
  std::int64_t id_ = -1;
  std::size_t held_acknowledged_ = 0;  // bytes that nghttp3 learns of when the end is written
  std::size_t framed_ = 0;             // the first so many untaken bytes of `body` are in DATA frames already
  std::size_t frames_body_ = 0;        // of has_frames_: the payload, which comes last
  bool takes_frames_ = false;          // a server's, whose control streams are there
  bool has_frames_ = false;
  bool is_registered_ = false;  // nghttp3 has it
  bool informed_ = false;       // an informational response was submitted
  bool is_background_ = false;  // less urgent than streams are by default (RFC 9218 section 4.1)
  bool final_submitted_ = false;
  bool trailers_submitted_ = false;
  bool write_ended_ = false;   // nghttp3 knows the end of the stream
  bool end_written_ = false;   // and it is in a packet
  bool write_closed_ = false;  // stopped or reset: nothing more is sent
  bool close_pending_ = false;
  ReceiveState receive_;
};

class Codec {
 public:
  // Events for the transport and, through it, the application. Called from inside read() alone, but for
  // http3_consumed(), which peer_reset(), stream_closed() and the end of a MessageState cause too, and
  // http3_closed(), which peer_reset() does. From inside them send_*, resume(), set_priority(),
  // no_more_writes() and peer_reset() may be called, but not read() and not stream_closed().
  class Events {
   public:
    // The first byte of a peer's request came: make a stream (server), return its MessageState.
    // nullptr = refuse.
    virtual MessageState* http3_request_stream(std::int64_t id) = 0;
    virtual void http3_headers(MessageState& s, int kind, bool end_stream) = 0;
    virtual void http3_body(MessageState& s, Bytes data) = 0;
    virtual void http3_end(MessageState& s) = 0;
    // Send RESET_STREAM / STOP_SENDING on this stream. A stream error (a malformed message, for one) comes as
    // both, and no other event follows for the stream.
    virtual void http3_reset_stream(std::int64_t id, std::uint64_t code) = 0;
    virtual void http3_stop_sending(std::int64_t id, std::uint64_t code) = 0;
    // Bytes that the framing used itself (headers, frame overhead, critical streams) or dropped: give credit
    // for them. Bytes that http3_body() delivered are the application's to give back.
    virtual void http3_consumed(std::int64_t id, std::size_t length) = 0;
    // GOAWAY came: requests with this id or above were not processed (client); a server gets it too.
    virtual void http3_goaway(std::int64_t first_unprocessed_id) = 0;
    // A stream for which stream_closed() returned false is over now, after its last events: as if it
    // had returned true.
    virtual void http3_closed(MessageState&) {}

   protected:
    ~Events() = default;
  };

  struct Options {
    bool is_server = false;
    std::size_t max_header_list_size = 0;
    bool extended_connect = true;  // SETTINGS_ENABLE_CONNECT_PROTOCOL (RFC 9220), servers only
  };

  // `pool` outlives it.
  static Result<std::unique_ptr<Codec>> create(const Options& options, BlockPool& pool, Events& events);
  virtual ~Codec() = default;

  // Ids of the three unidirectional streams that this side opened: control, QPACK encoder, QPACK decoder.
  virtual int bind_streams(std::int64_t control, std::int64_t encoder, std::int64_t decoder) = 0;

  // Stream data came. Returns 0, or a negative error: close the connection with application_error(it).
  virtual int read(std::int64_t id, Bytes data, bool fin) = 0;

  // The next stream data to put into packets. `id` = -1: nothing. Views are valid until the next call on this
  // object. At most 16 of them are used.
  struct Output {
    std::int64_t id = -1;
    bool fin = false;
    std::size_t count = 0;
  };
  virtual int next_output(std::span<Bytes> views, Output& out) = 0;  // 0 or a negative error, as read()
  // Views of an output that was written in part come again as long as its stream has its turn: to be called
  // before others than written(), blocked() and no_more_writes() may have touched a stream.
  virtual void forget_output() = 0;
  // `length` bytes of the latest output, from its start, are in packets now. Also for length 0 when the FIN
  // alone went out.
  virtual void written(std::int64_t id, std::size_t length) = 0;
  // The next `length` bytes of the stream were acknowledged, in order. Runs release functions
  // of static memory.
  virtual void acknowledged(std::int64_t id, std::size_t length) = 0;
  virtual void blocked(std::int64_t id) = 0;    // flow control: skip the stream until...
  virtual void unblocked(std::int64_t id) = 0;  // ...MAX_STREAM_DATA came
  // STOP_SENDING came or the stream was reset by us. 0, or a negative error for a critical stream, as read().
  virtual int no_more_writes(std::int64_t id) = 0;
  // RESET_STREAM came, or we sent STOP_SENDING: read no more. 0, or a negative error for a critical
  // stream, as read().
  virtual int peer_reset(std::int64_t id) = 0;
  // Both directions are over in the transport. true: nothing here refers to the stream any more. false: what
  // came on it waits for QPACK instructions; keep its MessageState until http3_closed(), which peer_reset()
  // calls if nobody wants the rest, or destroy it.
  virtual bool stream_closed(std::int64_t id, std::uint64_t code) = 0;
  // Server: the number of streams that the client was allowed to open in all.
  virtual void set_max_client_streams(std::uint64_t count) = 0;

  // The application's calls: 0 or US_QUIC_E_*. Header sections are checked (RFC 9114
  // section 4.2, 4.3): US_QUIC_E_HEADERS.
  virtual int send_request(std::int64_t id, MessageState& s, std::span<const us_quic_header_t> fields) = 0;
  virtual int send_headers(std::int64_t id, std::span<const us_quic_header_t> fields) = 0;
  virtual int send_informational(std::int64_t id, std::span<const us_quic_header_t> fields) = 0;
  // They go out after `body`, and end the stream.
  virtual int send_trailers(std::int64_t id, std::span<const us_quic_header_t> fields) = 0;
  virtual void resume(std::int64_t id) = 0;  // `body` or `fin` of its MessageState changed
  virtual int set_priority(std::int64_t id, int urgency, bool incremental) = 0;
  // First step of a shutdown (GOAWAY with the largest id), then the second (with the real one) after
  // a round trip.
  virtual int send_shutdown_notice() = 0;
  virtual int shutdown() = 0;
  virtual bool is_drained() const = 0;  // after shutdown(): no request is left

  // The HTTP/3 error code (RFC 9114 section 8.1) for a negative result of read() or next_output().
  static std::uint64_t application_error(int result);
  // Whether a negative result means that memory is used up.
  static bool is_out_of_memory(int result);
  // The negative result that stands for H3_STREAM_CREATION_ERROR.
  static int stream_creation_error();
};

}  // namespace usquic::http3
