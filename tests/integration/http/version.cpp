#include "integration/http/version.h"

#include <nghttp2/nghttp2.h>

#include "integration/http/raw_http1_client.h"
#include "integration/http/raw_http2_client.h"
#include "integration/http/raw_http3_client.h"
#include "support/built_in_engine.h"
#include "usquic/http3_codes.h"

namespace usquic::test {
namespace {

template <class Client>
std::unique_ptr<RawClient> make_raw_client(us_loop_t* loop, const RawClientOptions& options) {
  return std::make_unique<Client>(loop, options);
}

}  // namespace

Version over_this_engine(Version version) {
  if (version.option != &AppOptions::http3) return version;
  if (!engine_carries_error_codes()) {
    version.outlives_failures = false;
    version.no_error = version.message_error = version.excessive_load = version.datagram_error = 0;
  }
  version.has_datagram_frames = engine_sends_stream_datagrams();
  return version;
}

const Version http1 = {
    .name = "Http1", .make_client = make_raw_client<RawHttp1Client>, .option = &AppOptions::http1};

const Version http2 = {.name = "Http2",
                       .make_client = make_raw_client<RawHttp2Client>,
                       .option = &AppOptions::http2,
                       .has_streams = true,
                       .outlives_failures = true,
                       .has_windows = true,
                       .has_ends_of_bodies = true,
                       .has_extended_connect = true,
                       .no_error = NGHTTP2_NO_ERROR,
                       .message_error = NGHTTP2_PROTOCOL_ERROR,
                       .excessive_load = NGHTTP2_ENHANCE_YOUR_CALM,
                       .datagram_error = NGHTTP2_PROTOCOL_ERROR};

const Version http3 = {.name = "Http3",
                       .make_client = make_raw_client<RawHttp3Client>,
                       .option = &AppOptions::http3,
                       .has_streams = true,
                       .outlives_failures = true,
                       .has_windows = true,
                       .has_ends_of_bodies = true,
                       .has_section_limit = true,
                       .has_extended_connect = true,
                       .has_datagram_frames = true,
                       .no_error = US_QUIC_H3_NO_ERROR,
                       .message_error = US_QUIC_H3_MESSAGE_ERROR,
                       .excessive_load = US_QUIC_H3_EXCESSIVE_LOAD,
                       .datagram_error = US_QUIC_H3_DATAGRAM_ERROR};

}  // namespace usquic::test
