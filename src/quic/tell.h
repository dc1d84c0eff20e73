// Calling the application: here, and nowhere else, its callbacks run.
#pragma once

#include "base/bytes.h"
#include "quic/event.h"
#include "usquic/quic.h"

namespace usquic::quic {

// An event from the queue: told, held back or dropped, as its object's state is now.
void tell(EventPointer event);

// Nothing older about it waits in the queue, and the engine lets callbacks run now.
bool may_tell_now(const us_quic_stream_t& stream);
bool may_tell_now(const us_quic_connection_t& connection);

void tell_open(us_quic_connection_t& c);
void tell_close(us_quic_connection_t& c);
void tell_goaway(us_quic_connection_t& c);
void tell_datagram(us_quic_connection_t& c, Bytes data);
void tell_stream_open(us_quic_stream_t& s);
void tell_stream_headers(us_quic_stream_t& s, int kind, bool end_stream);
void tell_stream_data(us_quic_stream_t& s, Bytes data);
void tell_stream_end(us_quic_stream_t& s);
void tell_stream_reset(us_quic_stream_t& s, std::uint64_t code);
void tell_stream_stop(us_quic_stream_t& s, std::uint64_t code);
void tell_stream_writable(us_quic_stream_t& s);
void tell_stream_close(us_quic_stream_t& s);

}  // namespace usquic::quic
