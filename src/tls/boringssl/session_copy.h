// Copies of sessions.
#pragma once

#include "tls/libssl/handles.h"

namespace usquic::tls::boringssl {

// A client's session of the context without what allows early data; nullptr: it cannot be made. A copy of
// SSL_SESSION_copy_without_early_data() would lose the ticket's age when it is serialized (BoringSSL copies the number that
// hides the age, RFC 8446 section 4.6.1, but not that there is one), and servers that look at the age then refuse it.
libssl::SessionHandle copy_without_early_data(const SSL_SESSION& session, const SSL_CTX& context);

}  // namespace usquic::tls::boringssl
