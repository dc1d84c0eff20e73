// From the C interface's callbacks to sessions and their streams. A context passes its callbacks on here first: true
// means that the stream is a session's, and that its handlers ran. A handler that finds no memory ends its session; any
// other exception ends the process here, not in the middle of C.
#pragma once

#include <cstddef>
#include <cstdint>

#include "usquic/webtransport.h"

namespace usquic::webtransport {

class Session;

// Whether it is one of those that a session has: no request, and no CONNECT stream.
bool is_of_session(us_quic_stream_t* stream);

// A stream that the peer opened.
bool take_opened(us_quic_stream_t* stream) noexcept;
bool take_headers(us_quic_stream_t* stream, int kind) noexcept;
bool take_data(us_quic_stream_t* stream, const void* data, std::size_t length) noexcept;
bool take_end(us_quic_stream_t* stream) noexcept;
bool take_reset(us_quic_stream_t* stream, std::uint64_t code) noexcept;
bool take_stop(us_quic_stream_t* stream, std::uint64_t code) noexcept;
bool take_writable(us_quic_stream_t* stream) noexcept;
bool take_close(us_quic_stream_t* stream, const us_quic_stream_close_info_t& info) noexcept;
bool take_datagram(us_quic_stream_t* stream, const void* data, std::size_t length) noexcept;

// Runs the open handler, if it has not run yet.
void tell_open(Session& session) noexcept;

// Sets the two callbacks of the context that only sessions have.
void set_session_callbacks(us_quic_socket_context_t* context);

}  // namespace usquic::webtransport
