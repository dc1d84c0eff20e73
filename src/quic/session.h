// A WebTransport session: what hangs off its CONNECT stream. The streams that belong to it, what is held until it is
// open, and its capsules.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "base/block_pool.h"
#include "base/bytes.h"
#include "base/list.h"
#include "base/result.h"
#include "http/capsule.h"
#include "http/header_section.h"
#include "quic/event.h"
#include "usquic/quic.h"

namespace usquic::quic {

class Session;

// A stream's place in its session.
struct SessionMember : ListHook<SessionMember>, Pooled {
  SessionMember(Session& its_session, us_quic_stream_t& its_stream)
      : session(its_session), stream(its_stream) {}

  Session& session;
  us_quic_stream_t& stream;
};

class Session final : private http::CapsuleReader::Delegate {
 public:
  //   expected ------ its CONNECT came ------+
  //                                          v
  //   waiting --- the CONNECT is sent ---> requested --- 2xx ---> open ---> over
  //      |                                   |
  //      +-----------------------------------+---> refused
  enum class State : std::uint8_t {
    expected,   // a server's: streams of it came, its CONNECT did not
    waiting,    // a client's: the CONNECT waits for the server's SETTINGS
    requested,  // not answered yet
    open,
    over,
    refused  // or given up: it never was open
  };

  static constexpr std::size_t max_held_streams = 16;
  static constexpr std::size_t max_held_bytes = std::size_t{64} << 10;
  static constexpr std::size_t max_held_datagrams = 16;

  Session(State state, std::int64_t expected_id);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  State state() const { return state_; }
  bool is_open() const { return state_ == State::open; }
  bool is_over() const { return state_ == State::over || state_ == State::refused; }
  // Its CONNECT stream carries capsules, and no body.
  bool has_capsules() const { return state_ == State::open || state_ == State::over; }
  // A server's CONNECT that was not answered: whether what follows is capsules or a body is not known.
  bool awaits_answer() const;
  // Streams of the peer are not shown to the application yet.
  bool holds() const { return !is_open() && !is_over(); }
  // nullptr: it has not come.
  us_quic_stream_t* connect() const { return connect_; }
  // The ID of the CONNECT stream; -1 before that is open.
  std::int64_t id() const;

  // The CONNECT stream is there.
  void connected(us_quic_stream_t& connect);
  // A client's header section that is sent once the server's SETTINGS have come.
  void wait_with(std::unique_ptr<http::HeaderSection> request) { request_ = std::move(request); }
  // They have. US_QUIC_E_AGAIN: not yet.
  Result<void> send_request();
  // The answer: what was held is told.
  void open();
  // A server's, other than that: what followed the CONNECT is told as its body.
  void refuse();
  // Its streams are closed with this code, and on_stream_close will run for each of them. The peer is told at once, or
  // after what is to be sent now.
  enum class Told : std::uint8_t { at_once, after_flush };
  void end(std::uint64_t code, Told told = Told::at_once);
  // The same, and on_stream_close runs inside: the last callback of the CONNECT stream follows.
  void end_before_last_callback();

  // Throws std::bad_alloc. The stream is a member until its on_stream_close returned.
  void add(us_quic_stream_t& stream);
  // Whether one more stream of the peer can be held.
  bool has_room_for_stream() const { return !holds() || held_streams_ < max_held_streams; }
  // `length` bytes of a stream are held. false: that is too much.
  bool hold_bytes(std::size_t length);
  // false: it is dropped.
  bool hold_datagram(EventPointer event);

  // What came on the CONNECT stream of an open session, and its end.
  void read(Bytes data);
  void read_end();

  // 0 or US_QUIC_E_*. They throw nothing.
  int send_drain();
  // Says goodbye and ends it.
  int close(std::uint32_t code, std::string_view reason);

 private:
  bool takes_capsule(std::uint64_t type) override;
  void capsule_received(std::uint64_t type, Bytes value) override;
  void closed_by_peer(Bytes value);
  void end_by_peer(std::uint32_t code, std::string_view reason);
  void fail(std::uint64_t code);
  bool send_capsule(std::uint64_t type, Bytes value, Bytes more = {});

  State state_;
  const std::int64_t expected_id_;
  us_quic_stream_t* connect_ = nullptr;
  std::unique_ptr<http::HeaderSection> request_;
  List<SessionMember> members_;
  std::size_t held_streams_ = 0;
  std::size_t held_bytes_ = 0;
  std::size_t held_datagram_count_ = 0;
  EventList held_datagrams_;
  http::CapsuleReader capsules_;
  bool has_sent_drain_ = false;
};

// The session that a stream belongs to, or is the CONNECT stream of; else nullptr.
Session* session_of(const us_quic_stream_t& stream);
// The peer's stream whose session is not open yet.
bool awaits_session(const us_quic_stream_t& stream);
// The CONNECT stream of a session that is open, or was: it carries capsules.
bool carries_capsules(const us_quic_stream_t& stream);
// What is written on it is the session's own, not the application's: capsules, and a client's CONNECT.
bool is_written_by_session(const us_quic_stream_t& stream);
// 0, or US_QUIC_E_STATE for a header section that the application may not send on this stream: one of success is for
// the acceptance of a session.
int check_answer(const us_quic_stream_t& stream, std::span<const us_quic_header_t> fields);
// It was sent.
void note_answer(us_quic_stream_t& stream, std::span<const us_quic_header_t> fields);
// A datagram of a CONNECT stream whose session is not open yet: it waits, or is dropped and counted.
void hold_datagram(us_quic_stream_t& stream, EventPointer event);
// `length` bytes of it are held for its session; closes the stream where that is too much.
void held_for_session(us_quic_stream_t& stream, std::size_t length);

}  // namespace usquic::quic
