// What nghttp2 calls of a session and its streams.
#pragma once

#include <nghttp2/nghttp2.h>

#include "http2/stream.h"

namespace usquic::http2 {

// Set up once for all sessions. nullptr: memory is used up.
const nghttp2_session_callbacks* session_callbacks();
const nghttp2_option* session_options();

// Puts what the stream has to send into DATA frames.
nghttp2_data_provider body_provider(Stream& stream);

}  // namespace usquic::http2
