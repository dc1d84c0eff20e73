// What errno says of a call on a TCP socket, as an error of the library.
#pragma once

#include "base/result.h"

namespace usquic::tcp {

// US_QUIC_E_RESET (the peer is gone), _ADDRESS_IN_USE, _ADDRESS, _ACCESS, _NOMEM, _UNREACHABLE, else _IO.
Error error_of_errno(int error_number);

// Descriptors or memory are used up, which passes.
bool is_shortage(int error_number);

}  // namespace usquic::tcp
