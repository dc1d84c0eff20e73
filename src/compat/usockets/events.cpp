// From usquic's callbacks to those of the program.
#include <algorithm>
#include <climits>

#include "compat/usockets/handles.h"

namespace usquic::compat {

namespace {

// While a callback runs, calls without a stream or a context mean those that it is about.
class Turn {
 public:
  explicit Turn(us_compat_quic_socket_context_t& context, us_compat_quic_stream_t* stream = nullptr)
      : context_(context) {
    context.reading = context.writing = stream;
    *context.current = &context;
  }
  ~Turn() {
    context_.reading = context_.writing = nullptr;
    *context_.current = nullptr;
  }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

 private:
  us_compat_quic_socket_context_t& context_;
};

void on_open(us_quic_connection_t* c, int is_client) {
  Connection* handle = connection_of(c);
  const Turn turn(*handle->context);
  if (handle->context->on_open != nullptr) handle->context->on_open(handle, is_client);
}

void on_close(us_quic_connection_t* c, const us_quic_close_info_t* /*info*/) {
  Connection* handle = connection_of(c);
  us_compat_quic_socket_context_t& context = *handle->context;
  const Turn turn(context);
  if (context.on_close != nullptr) context.on_close(handle);
  --context.connections;
  if (context.connections > 0) return;
  // There is no stream that they could be for, and the context may be freed without another word.
  if (context.noted_last == &context.fields) context.noted_last = nullptr;
  context.fields.release();
}

void on_stream_open(us_quic_stream_t* s, int is_client) {
  // With early data (RFC 9001 section 4.6) a stream may be the first that is heard of its connection.
  connection_of(us_quic_stream_connection(s));
  us_compat_quic_stream_t* handle = is_client != 0 ? stream_of(s) : make_stream(s);
  const Turn turn(*handle->context, handle);
  handle->is_open = true;
  if (handle->context->on_stream_open != nullptr) handle->context->on_stream_open(handle, is_client);
}

void on_stream_headers(us_quic_stream_t* s, int kind, int /*end_stream*/) {
  us_compat_quic_stream_t* handle = stream_of(s);
  // A program would take each section for a request.
  if (kind != US_QUIC_HEADERS_MESSAGE || handle->is_closing) return;
  const Turn turn(*handle->context, handle);
  if (handle->context->on_stream_headers != nullptr) handle->context->on_stream_headers(handle);
}

void on_stream_data(us_quic_stream_t* s, const void* data, size_t length) {
  us_compat_quic_stream_t* handle = stream_of(s);
  if (handle->context->on_stream_data == nullptr) return;
  const Turn turn(*handle->context, handle);
  // µSockets' type is char*, and its length an int.
  char* bytes = const_cast<char*>(static_cast<const char*>(data));
  while (length > 0 && !handle->is_closing && !handle->is_deaf) {
    const size_t piece = std::min<size_t>(length, INT_MAX);
    handle->context->on_stream_data(handle, bytes, static_cast<int>(piece));
    bytes += piece;
    length -= piece;
  }
}

void on_stream_end(us_quic_stream_t* s) {
  us_compat_quic_stream_t* handle = stream_of(s);
  handle->is_ended = true;
  if (handle->is_closing || handle->is_deaf || handle->context->on_stream_end == nullptr) return;
  const Turn turn(*handle->context, handle);
  handle->context->on_stream_end(handle);
}

// µSockets tells of an abort by the stream's close alone: without it the program would wait for the rest.
void on_stream_reset(us_quic_stream_t* s, uint64_t /*code*/) {
  if (!stream_of(s)->is_finished) us_quic_stream_close(s);
}

// A server that has answered need not read the rest of a request (RFC 9114 section 4.1): the answer is still read then.
void on_stream_stop(us_quic_stream_t* s, uint64_t /*code*/) {
  if (us_quic_stream_is_client(s) == 0 && !stream_of(s)->is_finished) us_quic_stream_close(s);
}

void on_stream_writable(us_quic_stream_t* s) {
  us_compat_quic_stream_t* handle = stream_of(s);
  if (handle->is_closing || handle->context->on_stream_writable == nullptr) return;
  const Turn turn(*handle->context, handle);
  handle->context->on_stream_writable(handle);
}

void on_stream_close(us_quic_stream_t* s, const us_quic_stream_close_info_t* /*info*/) {
  us_compat_quic_stream_t* handle = stream_of(s);
  us_compat_quic_socket_context_t& context = *handle->context;
  const Turn turn(context, handle);
  handle->is_closed = true;
  if (handle->is_open && context.on_stream_close != nullptr) context.on_stream_close(handle);
  if (context.noted_last == &handle->fields) context.noted_last = nullptr;
  handle->fields.release();
}

}  // namespace

void attach(us_quic_socket_context_t* context) {
  us_quic_socket_context_on_open(context, on_open);
  us_quic_socket_context_on_close(context, on_close);
  us_quic_socket_context_on_stream_open(context, on_stream_open);
  us_quic_socket_context_on_stream_headers(context, on_stream_headers);
  us_quic_socket_context_on_stream_data(context, on_stream_data);
  us_quic_socket_context_on_stream_end(context, on_stream_end);
  us_quic_socket_context_on_stream_reset(context, on_stream_reset);
  us_quic_socket_context_on_stream_stop(context, on_stream_stop);
  us_quic_socket_context_on_stream_writable(context, on_stream_writable);
  us_quic_socket_context_on_stream_close(context, on_stream_close);
}

}  // namespace usquic::compat
