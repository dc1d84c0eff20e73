#include "quic/callbacks.h"

#include "quic/socket_context.h"
#include "usquic/webtransport.h"

void us_quic_socket_context_on_open(us_quic_socket_context_t* context,
                                    void (*cb)(us_quic_connection_t* c, int is_client)) {
  context->on.open = cb;
}

void us_quic_socket_context_on_close(us_quic_socket_context_t* context,
                                     void (*cb)(us_quic_connection_t* c, const us_quic_close_info_t* info)) {
  context->on.close = cb;
}

void us_quic_socket_context_on_goaway(us_quic_socket_context_t* context,
                                      void (*cb)(us_quic_connection_t* c)) {
  context->on.goaway = cb;
}

void us_quic_socket_context_on_stream_open(us_quic_socket_context_t* context,
                                           void (*cb)(us_quic_stream_t* s, int is_client)) {
  context->on.stream_open = cb;
}

void us_quic_socket_context_on_stream_headers(us_quic_socket_context_t* context,
                                              void (*cb)(us_quic_stream_t* s, int kind, int end_stream)) {
  context->on.stream_headers = cb;
}

void us_quic_socket_context_on_stream_data(us_quic_socket_context_t* context,
                                           void (*cb)(us_quic_stream_t* s, const void* data, size_t length)) {
  context->on.stream_data = cb;
}

void us_quic_socket_context_on_stream_end(us_quic_socket_context_t* context,
                                          void (*cb)(us_quic_stream_t* s)) {
  context->on.stream_end = cb;
}

void us_quic_socket_context_on_stream_reset(us_quic_socket_context_t* context,
                                            void (*cb)(us_quic_stream_t* s, uint64_t code)) {
  context->on.stream_reset = cb;
}

void us_quic_socket_context_on_stream_stop(us_quic_socket_context_t* context,
                                           void (*cb)(us_quic_stream_t* s, uint64_t code)) {
  context->on.stream_stop = cb;
}

void us_quic_socket_context_on_stream_writable(us_quic_socket_context_t* context,
                                               void (*cb)(us_quic_stream_t* s)) {
  context->on.stream_writable = cb;
}

void us_quic_socket_context_on_stream_datagram(us_quic_socket_context_t* context,
                                               void (*cb)(us_quic_stream_t* s, const void* data,
                                                          size_t length)) {
  context->on.stream_datagram = cb;
}

void us_quic_socket_context_on_stream_close(us_quic_socket_context_t* context,
                                            void (*cb)(us_quic_stream_t* s,
                                                       const us_quic_stream_close_info_t* info)) {
  context->on.stream_close = cb;
}

void us_quic_socket_context_on_datagram(us_quic_socket_context_t* context,
                                        void (*cb)(us_quic_connection_t* c, const void* data,
                                                   size_t length)) {
  context->on.datagram = cb;
}

void us_quic_socket_context_on_webtransport_close(us_quic_socket_context_t* context,
                                                  void (*cb)(us_quic_stream_t* session, uint32_t code,
                                                             const char* reason, size_t length)) {
  context->on.webtransport_close = cb;
}

void us_quic_socket_context_on_webtransport_drain(us_quic_socket_context_t* context,
                                                  void (*cb)(us_quic_stream_t* session)) {
  context->on.webtransport_drain = cb;
}
