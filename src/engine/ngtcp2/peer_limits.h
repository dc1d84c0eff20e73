// What a peer may cost a connection: streams that it gives up or that mean nothing here, and frames that
// bring nothing. Whoever goes over the rates loses the connection.
#pragma once

#include "engine/ngtcp2/stream_set.h"
#include "transport/frame_scan.h"
#include "transport/waste_limits.h"

namespace usquic::engine::ngtcp2 {

class PeerLimits {
 public:
  explicit PeerLimits(StreamSet& streams) : streams_(streams), core_(streams.core()) {}

  // All of them: 0, or what is to be returned to ngtcp2.

  // An HTTP/3 peer opened a unidirectional stream.
  int uni_stream_opened();
  // The peer gave up a stream of its own, or opened one that means nothing here: work for us, next to
  // none for it.
  int stream_wasted();
  // What was seen in packets that ngtcp2 took.
  int act_on(const transport::FrameScan& frames);

 private:
  int fail(const char* text);

  StreamSet& streams_;
  ConnectionCore& core_;
  transport::WasteLimits limits_;
};

}  // namespace usquic::engine::ngtcp2
