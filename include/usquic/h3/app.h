// Deprecated, for one minor version: the former names of <usquic/http/app.h> and of its types.
#pragma once

#include <usquic/h3/request.h>
#include <usquic/h3/response.h>
#include <usquic/http/app.h>

#include <memory>
#include <utility>

namespace usquic {

// An App with HTTP/3 alone: it opens no TCP port.
class H3App : public App {
 public:
  explicit H3App(AppOptions options, std::shared_ptr<Loop> loop = nullptr)
      : App(with_http3_alone(options), std::move(loop)) {}
  H3App(Worker& worker, AppOptions options) : App(worker, with_http3_alone(options)) {}

 private:
  static AppOptions& with_http3_alone(AppOptions& options) {
    options.http1 = options.http2 = false;
    options.http3 = true;
    return options;
  }
};

using H3AppOptions = AppOptions;
using H3RouteOptions = RouteOptions;
using H3ListenOptions = ListenOptions;

}  // namespace usquic
