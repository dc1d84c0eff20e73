// How far the two parts of a stream have come (RFC 9000 section 3), as a side can tell that leaves
// acknowledgements to a library.
#pragma once

#include <cstdint>
#include <optional>

#include "base/check.h"
#include "usquic/quic.h"

namespace usquic::transport {

// Who opened a stream, which parts it has (RFC 9000 section 2.1), and what it belongs to.
struct StreamKind {
  bool can_send() const { return is_local || !is_unidirectional; }
  bool can_receive() const { return !is_local || !is_unidirectional; }

  bool is_of_session() const { return session_id >= 0; }

  bool is_local = false;
  bool is_unidirectional = false;
  std::int64_t session_id = -1;  // the CONNECT stream of its WebTransport session
};

// The sending part (RFC 9000 section 3.1):
//
//          o
//          | create stream, or the peer creates a bidirectional one
//          v
//      +-------+
//      | Ready | send RESET_STREAM
//      |       |-----------------------.
//      +-------+                       |
//          | send STREAM               |
//          v                           |
//      +-------+                       |
//      | Send  | send RESET_STREAM     |
//      |       |---------------------->|
//      +-------+                       |
//          | send STREAM + FIN         |
//          v                           v
//      +-------+                   +-------+
//      | Data  | send RESET_STREAM | Reset |
//      | Sent  |------------------>| Sent  |
//      +-------+                   +-------+
//          | all is acknowledged       | RESET_STREAM is acknowledged
//          v                           v
//      +-------+                   +-------+
//      | Data  |                   | Reset |
//      | Recvd |                   | Recvd |
//      +-------+                   +-------+
//
// The two final states are the library's: the stream is gone when they are reached. RESET_STREAM is due
// first, and sent by the next flush. The library answers STOP_SENDING with it at once.
class SendState {
 public:
  // Nothing more is, or will be, sent.
  bool is_reset() const { return state_ >= State::reset_due; }
  bool is_reset_due() const { return state_ == State::reset_due; }
  bool is_fin_sent() const { return state_ == State::data_sent; }
  // STOP_SENDING came.
  bool is_stopped() const { return is_stopped_; }
  // Of RESET_STREAM as this side asked for it.
  std::optional<std::uint64_t> reset_code() const {
    return is_requested_ ? std::optional(own_code_) : std::nullopt;
  }
  std::uint64_t stop_code() const { return peer_code_; }

  // A STREAM frame is in a packet.
  void sent(bool fin) {
    CHECK(state_ != State::data_sent && state_ != State::reset_sent);
    if (state_ != State::reset_due) state_ = fin ? State::data_sent : State::send;
  }
  // False: it was asked for before.
  bool request_reset(std::uint64_t code) {
    if (is_requested_) return false;
    is_requested_ = true;
    own_code_ = code;
    if (!is_reset()) state_ = State::reset_due;
    return true;
  }
  void reset_sent() {
    CHECK(is_reset_due());
    state_ = State::reset_sent;
  }
  // STOP_SENDING came. False: that changes nothing.
  bool stopped(std::uint64_t code) {
    if (is_reset()) return false;
    is_stopped_ = true;
    peer_code_ = code;
    state_ = State::reset_sent;
    return true;
  }

 private:
  enum class State : std::uint8_t { ready, send, data_sent, reset_due, reset_sent };

  State state_ = State::ready;
  bool is_requested_ = false;  // this side asked for RESET_STREAM
  bool is_stopped_ = false;
  std::uint64_t own_code_ = 0;   // of RESET_STREAM
  std::uint64_t peer_code_ = 0;  // of STOP_SENDING
};

// The receiving part (RFC 9000 section 3.2):
//
//          o
//          | the stream is created
//          v
//      +-------+
//      | Recv  | receive RESET_STREAM
//      |       |-----------------------.
//      +-------+                       |
//          | receive STREAM + FIN      |
//          v                           |
//      +-------+                       |
//      | Size  | receive RESET_STREAM  |
//      | Known |---------------------->|
//      +-------+                       |
//          | receive all data          |
//          v                           v
//      +-------+ receive RESET_STREAM  +-------+
//      | Data  |--- (optional) ------->| Reset |
//      | Recvd |                       | Recvd |
//      +-------+                       +-------+
//          | the application reads all     | the application is notified
//          v                               v
//      +-------+                       +-------+
//      | Data  |                       | Reset |
//      | Read  |                       | Read  |
//      +-------+                       +-------+
//
// The library delivers data in order and the FIN last, so Size Known and Data Recvd are passed unseen,
// and a reset is read when it is received. STOP_SENDING changes no state: it is due first, and sent by
// the next flush.
class ReceiveState {
 public:
  bool is_receiving() const { return state_ == State::receive; }
  bool is_reset() const { return state_ == State::reset_read; }
  std::uint64_t reset_code() const { return peer_code_; }
  // The application wants no more.
  bool is_stopped() const { return stop_ != Stop::none; }
  bool is_stop_due() const { return stop_ == Stop::due; }
  bool is_stop_put_off() const { return stop_ == Stop::put_off; }
  std::optional<std::uint64_t> stop_code() const {
    return is_stopped() ? std::optional(own_code_) : std::nullopt;
  }

  // All data came, up to the FIN. is_after_own: this side had sent its own FIN by then.
  void fin_received(bool is_after_own) { is_after_own_fin_ = is_after_own; }
  bool is_after_own_fin() const { return is_after_own_fin_; }
  // The end was delivered to the application.
  void data_read() {
    if (is_receiving()) state_ = State::data_read;
  }
  // RESET_STREAM came.
  void reset(std::uint64_t code) {
    state_ = State::reset_read;
    peer_code_ = code;
  }
  // False: it was asked for before.
  bool request_stop(std::uint64_t code) {
    if (is_stopped() && !is_stop_put_off()) return false;
    own_code_ = code;
    stop_ = Stop::due;
    return true;
  }
  // The application wants no more, and the peer is told later: by request_stop().
  void put_off_stop(std::uint64_t code) {
    if (is_stopped()) return;
    own_code_ = code;
    stop_ = Stop::put_off;
  }
  void stop_sent() {
    CHECK(is_stop_due());
    stop_ = Stop::sent;
  }

 private:
  enum class State : std::uint8_t { receive, data_read, reset_read };
  enum class Stop : std::uint8_t { none, put_off, due, sent };

  State state_ = State::receive;
  Stop stop_ = Stop::none;
  bool is_after_own_fin_ = false;
  std::uint64_t own_code_ = 0;   // of STOP_SENDING
  std::uint64_t peer_code_ = 0;  // of RESET_STREAM
};

// How a stream ended whose parts have both come to their end. library_code: that the library closed it with.
inline us_quic_stream_close_info_t close_info(const SendState& send, const ReceiveState& receive,
                                              std::optional<std::uint64_t> library_code) {
  const std::optional<std::uint64_t> reset = send.reset_code();
  const std::optional<std::uint64_t> stop = receive.stop_code();
  // A RESET_STREAM that answers our STOP_SENDING is our doing, as is the other way round.
  if (receive.is_reset() && !stop) return {US_QUIC_E_RESET, receive.reset_code()};
  if (send.is_stopped() && !reset) return {US_QUIC_E_STOPPED, library_code.value_or(0)};
  if (reset || stop) return {US_QUIC_E_CLOSED, reset ? *reset : *stop};
  // The code of a STOP_SENDING that met no write of ours.
  if (library_code) return {US_QUIC_E_STOPPED, *library_code};
  return {US_QUIC_OK, 0};
}

}  // namespace usquic::transport
