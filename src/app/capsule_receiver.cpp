#include "app/capsule_receiver.h"

#include "http/run_handler.h"

namespace usquic::app {
namespace {

StreamError error_of(http::CapsuleReader::Status status) {
  switch (status) {
    case http::CapsuleReader::Status::ok:
      return StreamError::none;
    case http::CapsuleReader::Status::too_large:
      return StreamError::excessive;
    case http::CapsuleReader::Status::cut_short:
      break;
  }
  return StreamError::malformed;  // RFC 9297 section 3.3
}

}  // namespace

StreamError CapsuleReceiver::take_data(std::string_view data) {
  const StreamError error = error_of(reader_.read(as_bytes(data)));
  return has_bad_datagram_ ? StreamError::bad_datagram : error;
}

StreamError CapsuleReceiver::take_end() {
  const StreamError error = error_of(reader_.finish());
  if (error == StreamError::none && on_end) http::run_handler_of(*this, on_end);
  return error;
}

// RFC 9297 section 2: a request that has no meaning for datagrams is aborted.
StreamError CapsuleReceiver::take_datagram(std::string_view data) {
  if (!on_datagram) return StreamError::bad_datagram;
  http::run_handler_of(*this, on_datagram, data);
  return StreamError::none;
}

void CapsuleReceiver::drop_handlers() {
  is_open_ = false;
  on_datagram.reset();
  on_capsule.reset();
  on_end.reset();
}

bool CapsuleReceiver::takes_capsule(std::uint64_t type) {
  if (has_bad_datagram_) return false;
  if (type != http::capsule_datagram) return static_cast<bool>(on_capsule);
  if (is_open_ && !on_datagram) has_bad_datagram_ = true;
  return static_cast<bool>(on_datagram);
}

void CapsuleReceiver::capsule_received(std::uint64_t type, Bytes value) {
  if (type == http::capsule_datagram) {
    http::run_handler_of(*this, on_datagram, as_text(value));
  } else {
    http::run_handler_of(*this, on_capsule, type, as_text(value));
  }
}

}  // namespace usquic::app
