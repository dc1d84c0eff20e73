// Deprecated, for one minor version: the former names of <usquic/http/response.h> and of its types.
#pragma once

#include <usquic/http/response.h>

namespace usquic {

using Http3Response = Response;

}  // namespace usquic
