#include "http_routes.h"

#include <sys/resource.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/system_clock.h"
#include "files/request_path.h"
#include "web_transports.h"

namespace usquic::node {
namespace {

constexpr std::size_t cache_bytes = 64U << 20U;
constexpr std::size_t pool_buffers = 192;  // 24 MiB
constexpr int look_ms = 1000;

// The rest is the program's, and for files that are open for a moment.
std::size_t max_open_files() {
  rlimit limit = {};
  constexpr std::size_t usual = 1024;
  constexpr std::size_t share = 4;
  const bool is_known = getrlimit(RLIMIT_NOFILE, &limit) == 0;
  return std::clamp<std::size_t>((is_known ? limit.rlim_cur : usual) / share, 1, 4096);
}

// The path of a request, as it is for the folder of the route: what its '*' stands for.
std::string path_below(const Request& request) {
  std::string path = "/" + files::percent_encode_path(request.getParameter("*"));
  if (const std::string_view query = request.getQuery(); !query.empty()) path.append("?").append(query);
  return path;
}

std::vector<std::string> parameters_of(const Request& request, std::uint32_t count) {
  std::vector<std::string> values;
  values.reserve(count);
  for (std::uint32_t i = 0; i < count; ++i) values.emplace_back(request.getParameter(i));
  return values;
}

}  // namespace

HttpRoutes::HttpRoutes(App& app, WebTransports& transports, Handler on_call)
    : app_(app),
      transports_(transports),
      on_call_(std::move(on_call)),
      contents_(std::make_shared<files::SharedContents>(cache_bytes)),
      responder_(std::make_shared<delivery::Responder>(
          delivery::ResponderLimits{.buffers = pool_buffers, .open_files = max_open_files()}, nullptr)) {
  responder_->attach(app.loop()->native());
}

HttpRoutes::~HttpRoutes() {
  if (timer_ != nullptr) us_timer_close(timer_);
  responder_->detach();
}

int HttpRoutes::replace(const std::vector<HttpRoute>& routes, std::string& detail) {
  std::vector<SitePointer> sites;  // null for routes without files
  for (const HttpRoute& route : routes) {
    sites.push_back(route.files ? open_site(*route.files, detail) : nullptr);
    if (route.files && !sites.back()) return US_QUIC_E_INVALID;
  }
  app_.clearRoutes();
  called_.clear();
  for (std::size_t i = 0; i < routes.size(); ++i) add(routes[i], sites[i]);
  std::erase(sites, nullptr);
  sites_ = std::move(sites);
  if (!sites_.empty()) look_after();
  return app_.error();
}

HttpRoutes::SitePointer HttpRoutes::open_site(const FilesOfRoute& from, std::string& detail) const {
  files::DocumentRoot root;
  if (const int error = files::DocumentRoot::open(from.folder, root); error != 0) {
    detail = from.folder + ": " + std::strerror(error);
    return nullptr;
  }
  files::FileServiceOptions options = from.options;
  options.contents = contents_;
  options.is_mounted = true;
  return std::make_shared<delivery::Site>(files::FileService(std::move(root), std::move(options)));
}

void HttpRoutes::add(const HttpRoute& route, const SitePointer& site) {
  const std::string& method = route.method;
  const std::string& pattern = route.pattern;
  if (route.is_web_transport) return add_web_transport(route);
  if (site && !route.files->name.empty()) {
    const std::string path = "/" + files::percent_encode_path(route.files->name);
    app_.route(method, pattern, [this, site, path](Response* res, Request* req) {
      responder_->answer(site, *res, *req, path);
    });
  } else if (site) {
    app_.route(method, pattern, [this, site](Response* res, Request* req) {
      responder_->answer(site, *res, *req, path_below(*req));
    });
  } else if (route.handler) {
    auto& called = called_[*route.handler];
    if (!called) called = std::make_shared<Called>(Called{*route.handler, std::nullopt});
    app_.route(method, pattern, [this, called, count = route.parameters](Response* res, Request* req) {
      if (called->answer) return responder_->answer(*called->answer, *res, *req);
      on_call_(called->handler, parameters_of(*req, count), *res, *req);
    });
  } else {
    app_.route(method, pattern, [](Response* res, Request*) { res->writeStatus("404")->end(); });
  }
}

void HttpRoutes::add_web_transport(const HttpRoute& route) {
  WebTransportBehavior behavior = transports_.behavior();
  behavior.upgrade = [this, handler = route.handler.value_or(0), count = route.parameters](Response* res,
                                                                                           Request* req) {
    on_call_(handler, parameters_of(*req, count), *res, *req);
  };
  app_.webTransport(route.pattern, std::move(behavior));
}

void HttpRoutes::fix(std::uint32_t handler, delivery::StaticAnswer answer) {
  const auto found = called_.find(handler);
  if (found == called_.end() || !answer.is_valid()) return;
  found->second->answer = std::move(answer);
  look_after();
}

// From the first answer on that the library may give by itself.
void HttpRoutes::look_after() {
  if (timer_ != nullptr) return;
  timer_ = us_create_timer(app_.loop()->native(), 1, sizeof(HttpRoutes*));
  if (timer_ == nullptr) return;
  *static_cast<HttpRoutes**>(us_timer_ext(timer_)) = this;
  us_timer_set(
      timer_,
      [](us_timer_t* timer) {
        HttpRoutes& self = **static_cast<HttpRoutes**>(us_timer_ext(timer));
        self.responder_->look_after_stalled(monotonic_ms());
        for (const SitePointer& site : self.sites_) site->files.give_way();
      },
      look_ms, look_ms);
}

}  // namespace usquic::node
