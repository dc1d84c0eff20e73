// Deprecated, for one minor version: the former names of <usquic/http/client.h> and of its types.
#pragma once

#include <usquic/http/client.h>

namespace usquic {

using H3Client = Client;
using H3ClientOptions = ClientOptions;
using H3Fetch = Fetch;
using H3FetchOptions = FetchOptions;
using H3Field = Field;
using H3ResponseHead = ResponseHead;
using H3Timeouts = Timeouts;

}  // namespace usquic
