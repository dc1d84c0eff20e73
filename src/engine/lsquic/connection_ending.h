// How a connection ends: what the application asks, what lsquic tells, and who is told of it.
#pragma once

#include <lsquic.h>

#include <cstdint>
#include <optional>
#include <string_view>

#include "engine/lsquic/close_reason.h"
#include "engine/lsquic/connection_core.h"

namespace usquic::engine::lsquic {

class StreamSet;

class ConnectionEnding {
 public:
  ConnectionEnding(ConnectionCore& core, StreamSet& streams) : core_(core), streams_(streams) {}

  // The application's.
  void close(std::uint64_t code, std::string_view reason);
  std::optional<us_quic_close_info_t> failure() const;
  void detach();

  // Tells the application, and then the peer.
  void end(const CloseReason& reason);
  // Tells the application alone.
  void end_silently(const CloseReason& reason);
  // By a flush: lsquic gets to know.
  void close_in_library();
  // lsquic's connection is over.
  void closed_by_library(LSQUIC_CONN_STATUS status, std::string_view text);
  // Its socket is dropped: nothing of it is known from here on.
  void forget();

 private:
  void begin_closing();
  void notify_closed(const CloseReason& reason);
  void become_gone();

  ConnectionCore& core_;
  StreamSet& streams_;
  bool is_told_to_library_ = false;
};

}  // namespace usquic::engine::lsquic
