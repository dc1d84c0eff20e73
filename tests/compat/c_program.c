#include "c_program.h"

#include <string.h>

/* As µSockets' programs include them. */
#include "usquic/compat/usockets/libusockets.h"
#include "usquic/compat/usockets/quic.h"

struct program {
  struct us_loop_t* loop;
  struct us_timer_t* limit;
  void (*answer)(void* stream);
  struct c_program_result* result;
};

static struct program* program_of(us_quic_socket_t* s) {
  return *(struct program**)us_quic_socket_context_ext(us_quic_socket_context(s));
}

static void c_on_open(us_quic_socket_t* s, int is_client) {
  if (is_client) us_quic_socket_create_stream(s, 0);
}

static void c_on_close(us_quic_socket_t* s) {
  ++program_of(s)->result->connections_closed;
}

static void c_on_stream_open(us_quic_stream_t* s, int is_client) {
  if (!is_client) return;
  us_quic_socket_context_set_header(NULL, 0, ":method", 7, "GET", 3);
  us_quic_socket_context_send_headers(NULL, s, 1, 0);
  us_quic_stream_shutdown(s);
}

static void c_on_stream_headers(us_quic_stream_t* s) {
  struct program* program = program_of(us_quic_stream_socket(s));
  char *name, *value;
  int name_length, value_length, i;
  if (!us_quic_stream_is_client(s)) {
    program->answer(s);
    return;
  }
  for (i = 0; us_quic_socket_context_get_header(NULL, i, &name, &name_length, &value, &value_length); ++i)
    if (name_length == 7 && memcmp(name, ":status", 7) == 0 && value_length == 3) /* not NUL-terminated */
      program->result->status = (value[0] - '0') * 100 + (value[1] - '0') * 10 + (value[2] - '0');
}

static void c_on_stream_data(us_quic_stream_t* s, char* data, int length) {
  struct program* program = program_of(us_quic_stream_socket(s));
  if (length < (int)sizeof program->result->body) memcpy(program->result->body, data, (size_t)length);
}

static void c_on_stream_end(us_quic_stream_t* s) {
  (void)s;
}

static void c_on_stream_close(us_quic_stream_t* s) {
  struct program* program = program_of(us_quic_stream_socket(s));
  if (++program->result->streams_closed == 2) us_loop_free(program->loop); /* at the end of the iteration */
}

static us_quic_socket_context_t* create_context(struct program* program,
                                                us_quic_socket_context_options_t options) {
  us_quic_socket_context_t* context = us_create_quic_socket_context(program->loop, options, sizeof program);
  if (context == NULL) return NULL;
  *(struct program**)us_quic_socket_context_ext(context) = program;
  us_quic_socket_context_on_open(context, c_on_open);
  us_quic_socket_context_on_close(context, c_on_close);
  us_quic_socket_context_on_stream_open(context, c_on_stream_open);
  us_quic_socket_context_on_stream_headers(context, c_on_stream_headers);
  us_quic_socket_context_on_stream_data(context, c_on_stream_data);
  us_quic_socket_context_on_stream_end(context, c_on_stream_end);
  us_quic_socket_context_on_stream_writable(context, c_on_stream_end);
  us_quic_socket_context_on_stream_close(context, c_on_stream_close);
  return context;
}

static void c_on_limit(struct us_timer_t* timer) {
  us_loop_free(us_timer_loop(timer));
}

int run_c_program(const char* cert_file_name, const char* key_file_name, void (*answer)(void* stream),
                  struct c_program_result* result) {
  us_quic_socket_context_options_t options = {.cert_file_name = cert_file_name,
                                              .key_file_name = key_file_name};
  us_quic_socket_context_t *server, *client;
  us_quic_listen_socket_t* listen_socket;
  struct program program = {0};
  program.answer = answer;
  program.result = result;
  program.loop = us_create_loop(NULL, NULL, NULL, NULL, 0);
  if (program.loop == NULL) return -1;
  server = create_context(&program, options);
  options.ca_file_name = cert_file_name;
  client = create_context(&program, options);
  listen_socket = server != NULL ? us_quic_socket_context_listen(server, "::1", 0, 0) : NULL;
  program.limit = us_create_timer(program.loop, 1, 0);
  if (client == NULL || listen_socket == NULL || program.limit == NULL ||
      us_quic_socket_context_connect(
          client, "::1", us_udp_socket_bound_port((struct us_udp_socket_t*)listen_socket), 0) == NULL) {
    us_loop_free(program.loop);
    return -1;
  }
  us_timer_set(program.limit, c_on_limit, 10000, 0);
  us_loop_run(program.loop);
  return 0;
}
