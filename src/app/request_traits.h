// What the header section of a request says about how it is read and answered.
#pragma once

namespace usquic::app {

struct RequestTraits {
  bool is_head = false;
  bool is_connect = false;
  bool is_extended_connect = false;  // with :protocol (RFC 8441, 9220)
  bool expects_continue = false;
  bool has_body = false;
};

}  // namespace usquic::app
