#include "app/open_port.h"

namespace usquic {

int ListenSocket::port() const {
  return static_cast<const usquic::app::OpenPort*>(this)->number();
}

void ListenSocket::close() {
  static_cast<usquic::app::OpenPort*>(this)->shut();
}

us_quic_listen_socket_t* ListenSocket::native() const {
  return static_cast<const usquic::app::OpenPort*>(this)->quic();
}

}  // namespace usquic
