// What nghttp2 calls of a session and its streams.
#pragma once

#include <nghttp2/nghttp2.h>

#include <memory>

#include "http2/stream.h"

namespace usquic::http2 {

struct DeleteNative {
  void operator()(nghttp2_session_callbacks* callbacks) const { nghttp2_session_callbacks_del(callbacks); }
  void operator()(nghttp2_option* options) const { nghttp2_option_del(options); }
};

// A session copies both when it is made. nullptr: memory is used up.
std::unique_ptr<nghttp2_session_callbacks, DeleteNative> session_callbacks();
std::unique_ptr<nghttp2_option, DeleteNative> session_options();

// Puts what the stream has to send into DATA frames.
nghttp2_data_provider body_provider(Stream& stream);

}  // namespace usquic::http2
