#include "tcp/socket_error.h"

#include <cerrno>

#include "usquic/error.h"

namespace usquic::tcp {

Error error_of_errno(int error_number) {
  switch (error_number) {
    case ECONNRESET:
    case EPIPE:
    case ETIMEDOUT:
      return {US_QUIC_E_RESET};
    case EADDRINUSE:
      return {US_QUIC_E_ADDRESS_IN_USE};
    case EADDRNOTAVAIL:
    case EAFNOSUPPORT:
      return {US_QUIC_E_ADDRESS};
    case EACCES:
    case EPERM:
      return {US_QUIC_E_ACCESS};
    case EHOSTUNREACH:
    case ENETUNREACH:
      return {US_QUIC_E_UNREACHABLE};
    default:
      return {is_shortage(error_number) ? US_QUIC_E_NOMEM : US_QUIC_E_IO};
  }
}

bool is_shortage(int error_number) {
  return error_number == EMFILE || error_number == ENFILE || error_number == ENOBUFS ||
         error_number == ENOMEM;
}

}  // namespace usquic::tcp
