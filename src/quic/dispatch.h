// Calling the application: here, and nowhere else, its callbacks run.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/bytes.h"
#include "quic/event.h"
#include "usquic/quic.h"

namespace usquic::quic {

// An event from the queue: told, held back or dropped, as its object's state is now.
void dispatch(EventPointer event);

// Nothing older about it waits in the queue, and the engine lets callbacks run now.
bool may_dispatch_now(const us_quic_stream_t& stream);
bool may_dispatch_now(const us_quic_connection_t& connection);

void dispatch_open(us_quic_connection_t& c);
void dispatch_close(us_quic_connection_t& c);
void dispatch_goaway(us_quic_connection_t& c);
void dispatch_datagram(us_quic_connection_t& c, Bytes data);
void dispatch_stream_open(us_quic_stream_t& s);
void dispatch_stream_headers(us_quic_stream_t& s, int kind, bool end_stream);
void dispatch_stream_data(us_quic_stream_t& s, Bytes data);
void dispatch_stream_end(us_quic_stream_t& s);
void dispatch_stream_reset(us_quic_stream_t& s, std::uint64_t code);
void dispatch_stream_stop(us_quic_stream_t& s, std::uint64_t code);
void dispatch_stream_writable(us_quic_stream_t& s);
void dispatch_stream_datagram(us_quic_stream_t& s, Bytes data);
void dispatch_stream_close(us_quic_stream_t& s);
// Of WebTransport sessions, by their CONNECT streams.
void dispatch_session_close(us_quic_stream_t& s, std::uint32_t code, std::string_view reason);
void dispatch_session_drain(us_quic_stream_t& s);

}  // namespace usquic::quic
