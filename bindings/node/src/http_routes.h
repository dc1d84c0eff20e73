// The routes of a server: what the library answers by itself, and what it asks JavaScript for.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "delivery/responder.h"
#include "delivery/static_answer.h"
#include "files/file_service.h"
#include "usquic/http/app.h"

namespace usquic::node {

// What file() and folder() of JavaScript say.
struct FilesOfRoute {
  std::string folder;
  std::string name;  // of the one file in it; "": all, by the path's last parameter
  files::FileServiceOptions options;
};

struct HttpRoute {
  std::string method;  // or "*": any that has no route of its own there
  std::string pattern;
  // At most one of them; neither: 404.
  std::optional<std::uint32_t> handler;  // JavaScript's number for it
  std::uint32_t parameters = 0;          // of the pattern: so many values the handler gets
  std::optional<FilesOfRoute> files;
  bool is_web_transport = false;  // the handler decides about sessions
};

class WebTransports;

// Thread: the QUIC thread's.
class HttpRoutes {
 public:
  // parameters: their decoded values, in the order of the pattern.
  using Handler = Function<void(std::uint32_t handler, std::vector<std::string> parameters,
                                Response& response, const Request& request)>;

  // on_call: gets the requests for handlers, those for sessions too. The app is gone before this.
  HttpRoutes(App& app, WebTransports& transports, Handler on_call);
  ~HttpRoutes();
  HttpRoutes(const HttpRoutes&) = delete;
  HttpRoutes& operator=(const HttpRoutes&) = delete;

  // In the place of all that were there: requests that were taken are answered by the former ones. US_QUIC_OK, or an error
  // and in `detail` what is wrong; then the former ones stay.
  int replace(const std::vector<HttpRoute>& routes, std::string& detail);
  // From now on requests for the handler get the answer, and JavaScript is not asked any more. Where no route has that
  // handler, or the fields are malformed, nothing changes.
  void fix(std::uint32_t handler, delivery::StaticAnswer answer);

 private:
  // A handler in JavaScript, or what is known to be its answer.
  struct Called {
    std::uint32_t handler;
    std::optional<delivery::StaticAnswer> answer;
  };
  using SitePointer = std::shared_ptr<delivery::Site>;

  SitePointer open_site(const FilesOfRoute& from, std::string& detail) const;
  void add(const HttpRoute& route, const SitePointer& site);
  void add_web_transport(const HttpRoute& route);
  void look_after();

  App& app_;
  WebTransports& transports_;
  Handler on_call_;
  std::shared_ptr<files::SharedContents> contents_;  // of the files of all routes
  std::shared_ptr<delivery::Responder> responder_;
  std::unordered_map<std::uint32_t, std::shared_ptr<Called>> called_;
  std::vector<SitePointer> sites_;
  us_timer_t* timer_ = nullptr;
};

}  // namespace usquic::node
