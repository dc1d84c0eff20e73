// A port that an app listens on, as its versions of HTTP opened it.
#pragma once

#include "usquic/http/app.h"

namespace usquic::app {

class OpenPort : public ListenSocket {
 public:
  OpenPort() = default;
  OpenPort(const OpenPort&) = delete;
  OpenPort& operator=(const OpenPort&) = delete;
  virtual ~OpenPort() = default;

  virtual int number() const = 0;
  // Takes no more clients by it. May be called again.
  virtual void shut() = 0;
  // HTTP/3's handle in the C interface; nullptr without one, and once it is shut.
  virtual us_quic_listen_socket_t* quic() const = 0;
};

}  // namespace usquic::app
