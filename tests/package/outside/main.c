#include <stdio.h>
#include <usquic/usquic.h>

int main(void) {
  us_loop_t* loop = us_create_loop(NULL, NULL, NULL, NULL, 0);
  us_quic_socket_context_options_t options = US_QUIC_OPTIONS_INIT;
  int error = US_QUIC_OK;
  us_quic_socket_context_t* context = us_create_quic_socket_context(loop, &options, 0, &error);
  printf("usquic %s: %s\n", us_quic_version(), us_quic_strerror(error));
  us_loop_free(loop);
  return context == NULL;
}
