// From when until when a certificate is valid, read from its DER (RFC 5280 section 4.1).
#pragma once

#include <ctime>
#include <optional>

#include "base/bytes.h"

namespace usquic::tls {

struct Validity {
  std::time_t not_before;
  std::time_t not_after;
};

// Nothing: it is malformed.
std::optional<Validity> validity_of(Bytes certificate);

}  // namespace usquic::tls
