// Finds the handlers of a path: a tree of segments. At each segment a static one goes before ':parameter',
// and that before a trailing '*'. Matching allocates nothing.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "usquic/http/app.h"

namespace usquic::app {

inline constexpr std::size_t max_parameters = 16;

struct Route {
  App::Handler handler;
  std::uint64_t max_body_bytes = UINT64_MAX;
  std::vector<std::string> names;  // of its parameters, in order; a trailing '*' is "*"
};

class Router {
 public:
  // Routes and the values of their parameters, as in the path. Returns true to end the search.
  class Visitor {
   public:
    virtual bool visit(Route& route, std::span<const std::string_view> values) = 0;

   protected:
    ~Visitor() = default;
  };

  Router();
  ~Router();
  Router(const Router&) = delete;
  Router& operator=(const Router&) = delete;

  // pattern: begins with '/', or is "*": every path, and requests without one. method "*": any that has no
  // route of its own there. The same method and pattern again replace the route. Segments may be written with
  // escapes, as in a URL. Returns false for a malformed pattern: a '*' before the end, a parameter without a
  // name, more than max_parameters, a segment that no normal path has.
  bool add(std::string_view method, std::string_view pattern, Route route);

  // Shows the routes for the method in order of specificity until one is taken. HEAD is served by GET routes.
  // path: in its normal form (path_normalizing.h).
  // An empty path (plain CONNECT) matches "*" of that very method alone. Routes may be added meanwhile.
  bool match(std::string_view method, std::string_view path, Visitor& visitor);

  // The methods that the path has routes for, as the value of Allow (RFC 9110 section 10.2.1); "" = none.
  std::string allowed_methods(std::string_view path) const;

 private:
  class Methods;
  struct Node;
  struct Walk;

  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };

  static std::optional<std::vector<std::string>> names_of(std::string_view pattern);
  Methods& end_of(std::string_view pattern);

  std::unique_ptr<Node> root_;
  std::unique_ptr<Methods> everything_;          // of the pattern "*"
  std::vector<std::unique_ptr<Route>> retired_;  // replaced ones: their handlers may be running
};

}  // namespace usquic::app
