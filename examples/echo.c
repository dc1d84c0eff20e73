/* Raw QUIC: an echo server and a client on one loop. The client sends one message and prints what comes back.
 * Build: link with usquic (C11). Run: ./echo [message] */
#include <stdio.h>
#include <string.h>

#include "usquic/usquic.h"

static const char* const ALPN[] = {"echo"};

/* What the client's stream carries in its ext memory. */
struct client_stream {
  size_t received;
};

/* What the client's context carries. */
struct client {
  const char* message;
  us_quic_socket_context_t* server; /* shut down when the echo came */
  int ok;
};

static struct client* client_of(us_quic_stream_t* s) {
  return (struct client*)us_quic_socket_context_ext(us_quic_stream_context(s));
}

/* ---- Server ---- */

static void server_data(us_quic_stream_t* s, const void* data, size_t length) {
  /* The message is smaller than the send buffer, so all of it is taken; a real server would pause the stream
   * when less is, and go on in on_stream_writable. */
  if (us_quic_stream_write(s, data, length) != (ptrdiff_t)length) us_quic_stream_close(s);
}

static void server_end(us_quic_stream_t* s) {
  us_quic_stream_shutdown(s);
}

/* ---- Client ---- */

static void client_open(us_quic_connection_t* c, int is_client) {
  struct client* client = (struct client*)us_quic_socket_context_ext(us_quic_connection_context(c));
  us_quic_stream_t* s = us_quic_connection_create_stream(c, sizeof(struct client_stream), NULL);
  (void)is_client;
  if (s == NULL) {
    us_quic_connection_close(c, 0, NULL);
    return;
  }
  us_quic_stream_write(s, client->message, strlen(client->message));
  us_quic_stream_shutdown(s);
}

static void client_data(us_quic_stream_t* s, const void* data, size_t length) {
  struct client_stream* state = (struct client_stream*)us_quic_stream_ext(s);
  state->received += length;
  fwrite(data, 1, length, stdout);
}

static void client_end(us_quic_stream_t* s) {
  struct client_stream* state = (struct client_stream*)us_quic_stream_ext(s);
  struct client* client = client_of(s);
  client->ok = state->received == strlen(client->message);
  putchar('\n');
}

static void client_stream_close(us_quic_stream_t* s, const us_quic_stream_close_info_t* info) {
  (void)info;
  us_quic_connection_close(us_quic_stream_connection(s), 0, NULL);
}

static void client_close(us_quic_connection_t* c, const us_quic_close_info_t* info) {
  struct client* client = (struct client*)us_quic_socket_context_ext(us_quic_connection_context(c));
  if (info->error != US_QUIC_OK) fprintf(stderr, "echo: %s\n", us_quic_strerror(info->error));
  us_quic_socket_context_shutdown(client->server); /* nothing is left: us_loop_run returns */
}

static us_quic_socket_context_t* create_server(us_loop_t* loop, const char* cert, const char* key) {
  us_quic_socket_context_options_t options = US_QUIC_OPTIONS_INIT;
  us_quic_socket_context_t* server;
  options.alpn = ALPN;
  options.alpn_count = 1;
  options.cert.data = cert;
  options.cert.length = strlen(cert);
  options.key.data = key;
  options.key.length = strlen(key);
  server = us_create_quic_socket_context(loop, &options, 0, NULL);
  if (server == NULL) return NULL;
  us_quic_socket_context_on_stream_data(server, server_data);
  us_quic_socket_context_on_stream_end(server, server_end);
  return server;
}

static us_quic_socket_context_t* create_client(us_loop_t* loop, const char* cert) {
  us_quic_socket_context_options_t options = US_QUIC_OPTIONS_INIT;
  us_quic_socket_context_t* context;
  options.alpn = ALPN;
  options.alpn_count = 1;
  options.ca.data = cert; /* trust this one certificate */
  options.ca.length = strlen(cert);
  context = us_create_quic_socket_context(loop, &options, sizeof(struct client), NULL);
  if (context == NULL) return NULL;
  us_quic_socket_context_on_open(context, client_open);
  us_quic_socket_context_on_close(context, client_close);
  us_quic_socket_context_on_stream_data(context, client_data);
  us_quic_socket_context_on_stream_end(context, client_end);
  us_quic_socket_context_on_stream_close(context, client_stream_close);
  return context;
}

int main(int argc, char** argv) {
  char cert[4096], key[4096];
  us_loop_t* loop = us_create_loop(NULL, NULL, NULL, NULL, 0);
  us_quic_socket_context_t *server, *context;
  us_quic_listen_socket_t* listener;
  struct client* client;
  int error = 0, ok;

  if (loop == NULL) return 1;
  if (us_quic_development_certificate(14, cert, sizeof cert, key, sizeof key, NULL) != 0) return 1;
  server = create_server(loop, cert, key);
  context = create_client(loop, cert);
  if (server == NULL || context == NULL) return 1;
  client = (struct client*)us_quic_socket_context_ext(context);
  client->message = argc > 1 ? argv[1] : "hello over QUIC";
  client->server = server;

  listener = us_quic_socket_context_listen(server, "127.0.0.1", 0, NULL, 0, &error);
  if (listener == NULL) {
    fprintf(stderr, "echo: %s\n", us_quic_strerror(error));
    return 1;
  }
  if (us_quic_socket_context_connect(context, "127.0.0.1", us_quic_listen_socket_port(listener), 0, &error) ==
      NULL) {
    fprintf(stderr, "echo: %s\n", us_quic_strerror(error));
    return 1;
  }
  us_loop_run(loop);
  ok = client->ok;
  us_loop_free(loop);
  return ok ? 0 : 1;
}
