// The load over TCP, by libcurl.
#pragma once

#include <memory>
#include <variant>

#include "load/carrier.h"

namespace usquic::tools::load {

// Failure: this build is without libcurl.
std::variant<std::unique_ptr<Carrier>, Failure> make_tcp_carrier();

}  // namespace usquic::tools::load
