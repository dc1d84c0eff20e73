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
#include <utility>
#include <vector>

#include "usquic/http/app.h"

namespace usquic::app {

inline constexpr std::size_t max_parameters = 16;

struct Route {
  App::Handler handler;
  std::uint64_t max_body_bytes = UINT64_MAX;
  std::shared_ptr<WebTransportBehavior> web_transport;  // of a route for sessions
  std::vector<std::string> names;                       // of its parameters, in order; a trailing '*' is "*"
};

class Router {
 public:
  Router();
  ~Router();
  Router(const Router&) = delete;
  Router& operator=(const Router&) = delete;

  // pattern: begins with '/', or is "*": every path, and requests without one. method "*": any that has no
  // route of its own there. The same method and pattern again replace the route. Segments may be written with
  // escapes, as in a URL. Returns false for a malformed pattern: a '*' before the end, a parameter without a
  // name, more than max_parameters, a segment that no normal path has.
  bool add(std::string_view method, std::string_view pattern, Route route);

  // Nothing was added yet.
  bool is_empty() const { return is_empty_; }

  // Calls visit(route, values) for the routes of the method in order of specificity until it returns true;
  // values are those of the route's parameters, as in the path. HEAD is served by GET routes. path: in its
  // normal form (path_normalizing.h). An empty path (plain CONNECT) matches "*" of that very method alone.
  // Routes may be added meanwhile. false: no visit returned true.
  template <class Visit>
  bool match(std::string_view method, std::string_view path, Visit visit);

  // The methods that the path has routes for, as the value of Allow (RFC 9110 section 10.2.1); "" = none.
  std::string allowed_methods(std::string_view path) const;

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };

  // The routes at one end of a pattern. There are few methods: a linear search is the fastest.
  class Methods {
   public:
    Route* find(std::string_view method) const {
      for (const auto& [name, route] : routes_) {
        if (name == method) return route.get();
      }
      return nullptr;
    }

    // Returns the route that was there before.
    std::unique_ptr<Route> set(std::string_view method, std::unique_ptr<Route> route) {
      for (auto& [name, existing] : routes_) {
        if (name == method) return std::exchange(existing, std::move(route));
      }
      routes_.emplace_back(method, std::move(route));
      return nullptr;
    }

    void collect(std::vector<std::string_view>& names) const {
      for (const auto& [name, route] : routes_) {
        names.push_back(name);
        if (name == "GET") names.push_back("HEAD");
      }
    }

   private:
    std::vector<std::pair<std::string, std::unique_ptr<Route>>> routes_;
  };

  struct Node {
    std::unordered_map<std::string, std::unique_ptr<Node>, Hash, std::equal_to<>> statics;
    std::unique_ptr<Node> parameter;
    Methods here;  // of patterns that end with this segment
    Methods rest;  // of patterns that go on with '*'
  };

  template <class Visit>
  struct Walk;

  static std::optional<std::vector<std::string>> names_of(std::string_view pattern);
  Methods& end_of(std::string_view pattern);

  bool is_empty_ = true;
  std::unique_ptr<Node> root_;
  std::unique_ptr<Methods> everything_;          // of the pattern "*"
  std::vector<std::unique_ptr<Route>> retired_;  // replaced ones: their handlers may be running
};

// One search: depth first, the most specific branch first.
template <class Visit>
struct Router::Walk {
  std::string_view method;
  Visit& visit;
  std::array<std::string_view, max_parameters> values;

  bool show(Route* route, std::size_t count) {
    return route != nullptr && visit(*route, std::span(values).first(count));
  }

  // At one place, the method's own route goes first, GET stands in for HEAD, then any method.
  bool show_all(const Methods& methods, std::size_t count) {
    if (show(methods.find(method), count)) return true;
    if (method == "HEAD" && show(methods.find("GET"), count)) return true;
    return show(methods.find("*"), count);
  }

  // `left` is what follows the '/' after this node's segment.
  bool descend(Node& node, std::string_view left, std::size_t count) {
    const std::size_t slash = left.find('/');
    const std::string_view segment = left.substr(0, slash);
    if (!node.statics.empty()) {
      const auto found = node.statics.find(segment);
      if (found != node.statics.end() && arrive(*found->second, left, slash, count)) return true;
    }
    if (node.parameter != nullptr && !segment.empty()) {
      values[count] = segment;
      if (arrive(*node.parameter, left, slash, count + 1)) return true;
    }
    if (count == max_parameters) return false;
    values[count] = left;
    return show_all(node.rest, count + 1);
  }

  bool arrive(Node& node, std::string_view left, std::size_t slash, std::size_t count) {
    if (slash == std::string_view::npos) return show_all(node.here, count);
    return descend(node, left.substr(slash + 1), count);
  }
};

template <class Visit>
bool Router::match(std::string_view method, std::string_view path, Visit visit) {
  Walk<Visit> walk{method, visit, {}};
  if (path.starts_with('/') && walk.descend(*root_, path.substr(1), 0)) return true;
  walk.values[0] = path;
  // RFC 9114 section 4.4: a plain CONNECT asks for a tunnel; only a route made for that may answer.
  if (path.empty()) return walk.show(everything_->find(method), 1);
  return walk.show_all(*everything_, 1);
}

}  // namespace usquic::app
