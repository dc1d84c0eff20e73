// What the connections over TCP of one app share.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "app/app_server.h"
#include "app/versions/tcp_session.h"
#include "app/versions/tcp_settings.h"
#include "app/versions/tcp_turns.h"
#include "base/chunk_store.h"
#include "base/list.h"
#include "usquic/quic.h"

namespace usquic::app {

class Http2Stream;

// It lives as long as any of them.
struct TcpShare {
  TcpShare(AppServer& its_server, TcpSettings its_settings);
  ~TcpShare();
  TcpShare(const TcpShare&) = delete;
  TcpShare& operator=(const TcpShare&) = delete;

  us_loop_t* loop() const { return server.loop()->native(); }
  // Streams that are done serve the next requests. Throws std::bad_alloc.
  Http2Stream* take_stream();
  void give_back(Http2Stream& stream) noexcept;
  // The head of a response, and the field that tells of HTTP/3. Holds until the next call.
  std::span<const us_quic_header_t> with_alternative(std::span<const us_quic_header_t> head);

  AppServer& server;  // which outlives its connections
  TcpSettings settings;
  TcpTurns turns;
  std::vector<us_quic_header_t> fields;  // scratch: the section that is being sent
  std::vector<std::uint8_t> output;      // scratch: the bytes of it
  ChunkStore frames;                     // of HTTP/2
  std::vector<std::unique_ptr<Http2Stream>> spare_streams;
  List<TcpSession> sessions;  // all
};

}  // namespace usquic::app
