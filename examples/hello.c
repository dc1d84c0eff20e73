/* Answers every request with a greeting, over HTTP/3.
 * hello [PORT], then: usquic get -k https://localhost:PORT/ */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <usquic/usquic.h>

#define FIELD(name, value) \
  { name, sizeof(name) - 1, value, sizeof(value) - 1, US_QUIC_HEADER_STATIC }

/* The request is complete: answer it. */
static void on_stream_end(us_quic_stream_t* s) {
  static const us_quic_header_t fields[] = {FIELD(":status", "200"), FIELD("content-type", "text/plain")};
  static const char body[] = "hello over HTTP/3\n";
  us_quic_stream_send_response(s, fields, sizeof fields / sizeof fields[0], body, sizeof body - 1);
}

int main(int argc, char** argv) {
  /* A certificate for trying things out; a real server sets cert_file_name and key_file_name. */
  static char cert[4096], key[4096];
  int error = us_quic_development_certificate(14, cert, sizeof cert, key, sizeof key, NULL);
  us_quic_socket_context_options_t options = US_QUIC_OPTIONS_INIT;
  options.cert = (us_quic_blob_t){cert, strlen(cert)};
  options.key = (us_quic_blob_t){key, strlen(key)};

  us_loop_t* loop = us_create_loop(NULL, NULL, NULL, NULL, 0);
  us_quic_socket_context_t* context = NULL;
  us_quic_listen_socket_t* listening = NULL;
  if (error == US_QUIC_OK) context = us_create_quic_socket_context(loop, &options, 0, &error);
  if (context != NULL) {
    us_quic_socket_context_on_stream_end(context, on_stream_end);
    listening =
        us_quic_socket_context_listen(context, NULL, argc > 1 ? atoi(argv[1]) : 4433, NULL, 0, &error);
  }
  if (listening != NULL) {
    printf("https://localhost:%d/\n", us_quic_listen_socket_port(listening));
    fflush(stdout);
    us_loop_run(loop);
  }
  if (error != US_QUIC_OK) fprintf(stderr, "hello: %s\n", us_quic_strerror(error));
  us_loop_free(loop);
  return error != US_QUIC_OK;
}
