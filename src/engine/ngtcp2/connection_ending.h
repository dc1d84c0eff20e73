// How a connection ends: why, what its peer and the application are told, and what is left of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "engine/ngtcp2/close_info.h"
#include "engine/ngtcp2/connection_core.h"
#include "engine/ngtcp2/connection_registration.h"
#include "engine/ngtcp2/packet_writer.h"
#include "engine/ngtcp2/stream_set.h"

namespace usquic::engine::ngtcp2 {

class ConnectionEnding {
 public:
  ConnectionEnding(StreamSet& streams, PacketWriter& writer, ConnectionRegistration& registration)
      : core_(streams.core()), streams_(streams), writer_(writer), registration_(registration) {}

  // The application closes the connection, or lets its handle go.
  void close(std::uint64_t code, std::string_view reason);
  void detach();
  // Why it ends, while the application does not know yet.
  std::optional<us_quic_close_info_t> failure() const;

  void end(CloseReason reason);                  // with CONNECTION_CLOSE
  void end_silently(const CloseReason& reason);  // the peer knows, or is not there
  void end_for_memory();
  // ngtcp2 says that the connection cannot go on, or that it is over. session: nullptr when it is gone.
  void end_by_library(TimePoint now, int result, const tls::Session* session);
  void refuse();  // a server's whose handshake is not complete
  void note_stateless_reset() { was_reset_statelessly_ = true; }

  // false: the socket takes no more.
  bool write_close(TimePoint now, SendBatch& batch);
  // Off every list and table. ngtcp2 may be running below us, so its object stays.
  void forget();

 private:
  void begin_closing();
  void notify_closed(const CloseReason& reason);
  void leave_behind(TimePoint now, std::vector<std::uint8_t> packet);
  void become_gone();

  ConnectionCore& core_;
  StreamSet& streams_;
  PacketWriter& writer_;
  ConnectionRegistration& registration_;
  CloseReason close_reason_;  // what CONNECTION_CLOSE says
  bool was_reset_statelessly_ = false;
};

}  // namespace usquic::engine::ngtcp2
