// Deprecated, for one minor version: the former names of <usquic/http/app.h> and of its types.
#pragma once

#include <usquic/h3/request.h>
#include <usquic/h3/response.h>
#include <usquic/http/app.h>

namespace usquic {

// An App with HTTP/3 alone, now and when App speaks other versions too: it opens no TCP port.
class H3App : public App {
 public:
  using App::App;
};

using H3AppOptions = AppOptions;
using H3RouteOptions = RouteOptions;
using H3ListenOptions = ListenOptions;

}  // namespace usquic
