// The streams of a connection: those that wait to open, those that are open, and what the application asked of them.
#pragma once

#include <lsquic.h>

#include <cstdint>

#include "base/list.h"
#include "base/result.h"
#include "engine/lsquic/connection_core.h"
#include "engine/lsquic/stream.h"
#include "transport/header_timeouts.h"

namespace usquic::engine::lsquic {

class StreamSet {
 public:
  explicit StreamSet(ConnectionCore& core)
      : core_(core), header_timeouts_(core.endpoint.config.header_timeout) {}
  ~StreamSet();
  StreamSet(const StreamSet&) = delete;
  StreamSet& operator=(const StreamSet&) = delete;

  ConnectionCore& core() const { return core_; }
  Result<engine::Stream*> create(Direction direction, void* user, std::int64_t session_id);
  std::uint64_t max_new() const;
  std::size_t open_count() const { return open_count_; }
  bool empty() const { return open_count_ == 0 && pending_.empty(); }
  bool has_pending() const { return !pending_.empty(); }

  // The application asked for something: the next flush does it.
  void touch(LsquicStream& s);
  // It is not read on until the application takes what it has.
  void pause(LsquicStream& s);
  void resume_paused();
  // The peer has closed the connection: all of them are read to the end.
  void read_what_came();
  // The last that it has to send is with lsquic.
  void sending_finished(LsquicStream& s);

  // By a flush, outside of lsquic's callbacks.
  void open_pending();
  void apply_touched();
  // Requests whose header section is late. When the next one will be.
  void end_late_headers(TimePoint now);
  TimePoint headers_deadline() { return header_timeouts_.deadline(); }

  // lsquic's callbacks.
  LsquicStream* opened(lsquic_stream_t* library);
  void closed(LsquicStream& s);

  // The connection ends.
  void notify_all_closed();
  void clear_output();
  // lsquic's streams know these no more.
  void leave_library();

 private:
  bool may_notify(const LsquicStream& s) const;
  bool fits_protocol(const LsquicStream& s) const;
  LsquicStream* open_own(lsquic_stream_t* library);
  LsquicStream* open_peers(lsquic_stream_t* library);
  void apply(LsquicStream& s);
  void close(LsquicStream& s, const us_quic_stream_close_info_t& info);
  void notify_closed(LsquicStream& s, const us_quic_stream_close_info_t& info);

  ConnectionCore& core_;
  List<LsquicStream, SetTag> open_;
  List<LsquicStream, PendingTag> pending_;
  List<LsquicStream, TouchedTag> touched_;
  List<LsquicStream, PausedTag> paused_;
  transport::HeaderTimeouts header_timeouts_;
  std::size_t open_count_ = 0;
  std::size_t pending_count_ = 0;
};

}  // namespace usquic::engine::lsquic
