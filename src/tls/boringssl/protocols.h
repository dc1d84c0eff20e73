// Which protocols a context is for, for an engine that has to know before a handshake.
#pragma once

#include <string>
#include <vector>

#include "tls/context.h"

namespace usquic::tls::boringssl {

// Options::alpn of the context: preferred first. It lives as long as the context, which is one of create_context().
const std::vector<std::string>& protocols_of(Context& context);

}  // namespace usquic::tls::boringssl
