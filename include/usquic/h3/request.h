// Deprecated, for one minor version: the former names of <usquic/http/request.h> and of its types.
#pragma once

#include <usquic/http/request.h>

namespace usquic {

using Http3Request = Request;

}  // namespace usquic
