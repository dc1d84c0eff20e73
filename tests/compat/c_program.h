/* A server and a client in C, as µSockets' own examples are. */
#ifndef USQUIC_TESTS_COMPAT_C_PROGRAM_H
#define USQUIC_TESTS_COMPAT_C_PROGRAM_H

#ifdef __cplusplus
extern "C" {
#endif

struct c_program_result {
  int status;         /* of the response */
  char body[32];      /* and its bytes */
  int streams_closed; /* on both sides */
  int connections_closed;
};

/* One request on a loop of its own. C++ code answers it: that both have the same thread's current context shows there.
 * Returns: 0, or -1 when it could not begin. */
int run_c_program(const char* cert_file_name, const char* key_file_name, void (*answer)(void* stream),
                  struct c_program_result* result);

#ifdef __cplusplus
}
#endif

#endif
