// The descriptor of one TCP connection, and what the kernel knows of it.
#pragma once

#include <optional>
#include <utility>

#include "base/address.h"
#include "base/file_descriptor.h"
#include "base/time.h"

namespace usquic::tcp {

class Socket {
 public:
  Socket(FileDescriptor fd, const Address& remote) : fd_(std::move(fd)), remote_(remote) {}

  int fd() const { return fd_.get(); }
  // IPv4 stays IPv4, also on a dual-stack socket.
  const Address& remote_address() const { return remote_; }
  Address local_address() const;                 // unspecified once it is closed
  std::optional<Duration> smoothed_rtt() const;  // nothing once it is closed
  int take_error();                              // errno of what happened to it; 0: nothing

  // close() will send a RST, and drop what was not sent.
  void reset_on_close();
  void close() { fd_ = FileDescriptor(); }

 private:
  FileDescriptor fd_;
  Address remote_;
};

}  // namespace usquic::tcp
