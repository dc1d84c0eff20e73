// What JavaScript calls for the routes of serve().
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "calls.h"
#include "http_routes.h"
#include "http_servers.h"

namespace usquic::node {
namespace {

std::optional<FilesOfRoute> files_of_route(const Options& given) {
  auto folder = given.text("folder");
  if (!folder) return std::nullopt;
  FilesOfRoute files;
  files.folder = std::move(*folder);
  files.name = given.text("name").value_or("");
  files::FileServiceOptions& options = files.options;
  options.content_type = given.text("type").value_or("");
  options.index = given.text("index").value_or(options.index);
  options.max_age_s = number<std::uint32_t>(given, "maxAge");
  options.lists_directories = given.flag("listing");
  options.serves_dotfiles = given.flag("dotfiles");
  options.is_single_page_app = given.flag("singlePage");
  return files;
}

std::vector<HttpRoute> routes_of(napi_env env, napi_value list) {
  std::uint32_t count = 0;
  check(env, napi_get_array_length(env, list, &count));
  std::vector<HttpRoute> routes;
  for (std::uint32_t i = 0; i < count; ++i) {
    napi_value element = nullptr;
    check(env, napi_get_element(env, list, i, &element));
    const Options given(env, element);
    HttpRoute route;
    route.method = given.text("method").value_or("*");
    route.pattern = given.text("pattern").value_or("");
    route.handler = number<std::uint32_t>(given, "handler");
    route.parameters = number<std::uint32_t>(given, "parameters").value_or(0);
    route.files = files_of_route(given);
    route.is_web_transport = given.flag("isWebTransport");
    routes.push_back(std::move(route));
  }
  return routes;
}

napi_value set_routes(Arguments& arguments, Worker& worker) {
  const std::uint32_t id = arguments.id(0);
  const std::vector<HttpRoute> routes = routes_of(arguments.env(), arguments.value(1));
  const double first = arguments.number(2);
  ask(arguments, worker, [&](std::string& detail) {
    HttpRoutes* known = worker.servers().routes(id);
    const int error = known != nullptr ? known->replace(routes, detail) : US_QUIC_E_CLOSED;
    // Behind the last request for a former route.
    if (error == US_QUIC_OK) worker.emit(Event("routes", id, first));
    return error;
  });
  return nullptr;
}

napi_value fix_route(Arguments& arguments, Worker& worker) {
  const ByteStrings flat = arguments.byte_strings(3);
  std::vector<files::Field> fields;
  for (std::size_t i = 0; i + 1 < flat.values.size(); i += 2)
    fields.push_back({flat.values[i], flat.values[i + 1]});
  worker.post([&worker, id = arguments.id(0), handler = arguments.id(1),
               status = static_cast<int>(arguments.number(2)), fields = std::move(fields),
               body = arguments.bytes(4)]() mutable {
    HttpRoutes* known = worker.servers().routes(id);
    if (known != nullptr) known->fix(handler, {status, std::move(fields), std::move(body)});
  });
  return nullptr;
}

}  // namespace

void add_route_entries(Entries& entries) {
  entries.insert(entries.end(), {entry("setRoutes", enter<set_routes>), entry("fixRoute", enter<fix_route>)});
}

}  // namespace usquic::node
