// The streams of a connection: those that are open, those that wait to open, and what is to be done for each.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/list.h"
#include "engine/engine.h"
#include "engine/ngtcp2/connection_core.h"
#include "engine/ngtcp2/stream.h"
#include "transport/send_schedule.h"
#include "transport/stream_table.h"

namespace usquic::engine::ngtcp2 {

class StreamSet {
 public:
  explicit StreamSet(ConnectionCore& core) : core_(core) {}
  ~StreamSet();
  StreamSet(const StreamSet&) = delete;
  StreamSet& operator=(const StreamSet&) = delete;

  ConnectionCore& core() const { return core_; }
  QuicStream* find(std::int64_t id) const;
  std::size_t open_count() const { return table_.size(); }
  // None is open, and none waits to open.
  bool empty() const { return table_.empty() && pending_bidi_.empty() && pending_uni_.empty(); }
  // function(stream) for each open one, in no order; it must not open or close streams.
  template <class Function>
  void for_each(Function function) const {
    table_.for_each([&function](std::int64_t, QuicStream* s) { function(*s); });
  }

  // For the application, inside a callback or not: what is wanted is noted for the next flush.
  Result<engine::Stream*> create(Direction direction, void* user, std::int64_t session_id);
  std::uint64_t max_new() const;  // bidirectional ones that the peer's credit lets open now
  void touch(QuicStream& s);
  void has_data(QuicStream& s);

  // For the flush.
  void open_pending();
  void apply_touched();
  void dispatch_events();
  // Streams that have something to send and credit of their own to send it.
  transport::SendSchedule<QuicStream, SendableTag>& schedule() { return schedule_; }
  void after_sending(QuicStream& s);

  // For what came. nullptr: the application wants no more streams.
  QuicStream* add_peer_stream(std::int64_t id, std::int64_t session_id = -1);
  // Bytes of a stream without HTTP/3's frames.
  void deliver_raw(QuicStream& s, Bytes data, bool fin);
  void deliver_headers(QuicStream& s, int kind, bool end_stream);
  void deliver_body(QuicStream& s, Bytes data);
  void deliver_end(QuicStream& s);
  void deliver_datagram(QuicStream& s, Bytes data);
  // STOP_SENDING. 0, or what ngtcp2 would return for the error that it is.
  int peer_stopped(std::int64_t id, std::uint64_t code);
  void peer_reset(QuicStream& s, std::uint64_t code);
  // GOAWAY: requests after this one will get no answer.
  void end_requests_after(std::int64_t last_id);
  // ngtcp2 says that both sides of the stream are over.
  void closed_by_library(std::int64_t id, std::optional<std::uint64_t> code);
  void close(QuicStream& s);

  // The connection ends: notifies each stream's end once. The objects go with the connection.
  void notify_all_closed();
  // What the streams hold to be sent is not needed any more.
  void clear_output();

 private:
  bool may_notify(const QuicStream& s) const {
    return core_.may_notify() && s.handle_ == QuicStream::Handle::held;
  }
  void apply(QuicStream& s);
  void notify_closed(QuicStream& s, const us_quic_stream_close_info_t& info);
  void close(QuicStream& s, const us_quic_stream_close_info_t& info);
  bool reaches_final_state_last(const QuicStream& s) const;

  ConnectionCore& core_;
  transport::StreamTable<QuicStream> table_;   // owned
  List<QuicStream, PendingTag> pending_bidi_;  // owned
  List<QuicStream, PendingTag> pending_uni_;   // owned
  std::size_t pending_bidi_count_ = 0;
  transport::SendSchedule<QuicStream, SendableTag> schedule_;
  List<QuicStream, TouchedTag> touched_;
  List<QuicStream, EventTag> eventful_;
};

}  // namespace usquic::engine::ngtcp2
