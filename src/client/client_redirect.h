// Redirects: what the next request is (RFC 9110 section 15.4).
#pragma once

#include <string_view>

#include "usquic/http/client.h"
#include "usquic/http/url.h"

namespace usquic::client {

bool is_redirect(int status);

// Whether the body would have to be sent again.
bool keeps_body(int status, std::string_view method);

// Makes `options` those of the next request, from a request to `from` that was redirected to `to`. Its body
// is the caller's matter.
void follow_redirect(FetchOptions& options, int status, const Url& from, const Url& to);

}  // namespace usquic::client
