#include "usquic/error.h"

const char* us_quic_strerror(int error) {
  switch (error) {
#define US_QUIC_ERROR_TEXT(name, value, text) \
  case name:                                  \
    return text;
    US_QUIC_ERROR_TABLE(US_QUIC_ERROR_TEXT)
#undef US_QUIC_ERROR_TEXT
    default:
      return "unknown error";
  }
}

const char* us_quic_error_name(int error) {
  switch (error) {
#define US_QUIC_ERROR_NAME(name, value, text) \
  case name:                                  \
    return #name;
    US_QUIC_ERROR_TABLE(US_QUIC_ERROR_NAME)
#undef US_QUIC_ERROR_NAME
    default:
      return "US_QUIC_E_UNKNOWN";
  }
}

const char* us_quic_version(void) {
  return US_QUIC_VERSION;
}
