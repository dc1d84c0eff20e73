#include "app/versions/http1_stream.h"

#include "app/versions/http1_connection.h"

namespace usquic::app {

// After a call that sends, the connection has to look whether the response is over.
template <class Value>
Value Http1Stream::noted(Value value) {
  connection_.want_turn();
  return value;
}

void Http1Stream::pause() {
  connection_.pause();
}

void Http1Stream::resume() {
  connection_.resume();
}

// HTTP/1.1 cannot ask for that.
void Http1Stream::stop(StreamError /*error*/) {
  connection_.drop_input();
}

Result<void> Http1Stream::send_headers(std::span<const us_quic_header_t> fields, bool is_last) {
  return noted(sender_.send_headers(fields, is_last));
}

Result<void> Http1Stream::send_response(std::span<const us_quic_header_t> fields, std::string_view body) {
  return noted(sender_.send_response(fields, body));
}

Result<void> Http1Stream::send_prepared(us_quic_prepared_response_t* prepared) {
  return noted(sender_.send_prepared(prepared));
}

std::ptrdiff_t Http1Stream::write(std::string_view data) {
  return noted(sender_.write(data));
}

std::ptrdiff_t Http1Stream::write_static(std::string_view data, void (*release)(void* user), void* user) {
  return noted(sender_.write_static(data, release, user));
}

void Http1Stream::shutdown() {
  sender_.shutdown();
  connection_.want_turn();
}

// The client sees that the response is not whole.
void Http1Stream::close_with(StreamError /*error*/) {
  connection_.cut_off();
}

const TcpSession& Http1Stream::session() const {
  return connection_;
}

}  // namespace usquic::app
