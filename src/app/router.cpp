#include "app/router.h"

#include <algorithm>
#include <utility>

#include "app/path_normalizing.h"

namespace usquic::app {

// The routes at one end of a pattern. There are few methods: a linear search is the fastest.
class Router::Methods {
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

struct Router::Node {
  std::unordered_map<std::string, std::unique_ptr<Node>, Hash, std::equal_to<>> statics;
  std::unique_ptr<Node> parameter;
  Methods here;  // of patterns that end with this segment
  Methods rest;  // of patterns that go on with '*'
};

// One search: depth first, the most specific branch first.
struct Router::Walk {
  std::string_view method;
  Visitor& visitor;
  std::array<std::string_view, max_parameters> values;

  bool show(Route* route, std::size_t count) {
    return route != nullptr && visitor.visit(*route, std::span(values).first(count));
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

Router::Router() : root_(std::make_unique<Node>()), everything_(std::make_unique<Methods>()) {}
Router::~Router() = default;

// The names of a pattern's parameters, or nothing when the pattern is malformed.
std::optional<std::vector<std::string>> Router::names_of(std::string_view pattern) {
  if (pattern == "*") return std::vector<std::string>{"*"};
  if (!pattern.starts_with('/')) return std::nullopt;
  std::vector<std::string> names;
  for (bool is_last = false; !is_last;) {
    pattern.remove_prefix(1);
    const std::size_t end = std::min(pattern.find('/'), pattern.size());
    const std::string_view segment = pattern.substr(0, end);
    pattern.remove_prefix(end);
    is_last = pattern.empty();
    if (segment == "*") {
      if (!is_last) return std::nullopt;
      names.emplace_back("*");
    } else if (segment.starts_with(':')) {
      if (segment.size() == 1) return std::nullopt;
      names.emplace_back(segment.substr(1));
    } else if (const auto normal = normal_segment(segment); !normal || is_dot_segment(*normal)) {
      return std::nullopt;
    }
  }
  if (names.size() > max_parameters) return std::nullopt;
  return names;
}

// Where the routes of a well-formed pattern are kept; what is missing on the way is made.
Router::Methods& Router::end_of(std::string_view pattern) {
  if (pattern == "*") return *everything_;
  Node* node = root_.get();
  for (;;) {
    pattern.remove_prefix(1);
    const std::size_t end = std::min(pattern.find('/'), pattern.size());
    const std::string_view segment = pattern.substr(0, end);
    pattern.remove_prefix(end);
    if (segment == "*") return node->rest;
    auto& next = segment.starts_with(':') ? node->parameter
                                          : node->statics.try_emplace(*normal_segment(segment)).first->second;
    if (next == nullptr) next = std::make_unique<Node>();
    node = next.get();
    if (pattern.empty()) return node->here;
  }
}

// A refused pattern must leave no node behind: searches count on paths of at most max_parameters parameters.
bool Router::add(std::string_view method, std::string_view pattern, Route route) {
  auto names = names_of(pattern);
  if (method.empty() || !names) return false;
  auto made = std::make_unique<Route>(std::move(route));
  made->names = std::move(*names);
  if (auto replaced = end_of(pattern).set(method, std::move(made))) retired_.push_back(std::move(replaced));
  return true;
}

bool Router::match(std::string_view method, std::string_view path, Visitor& visitor) {
  Walk walk{method, visitor, {}};
  if (path.starts_with('/') && walk.descend(*root_, path.substr(1), 0)) return true;
  walk.values[0] = path;
  // RFC 9114 section 4.4: a plain CONNECT asks for a tunnel; only a route made for that may answer.
  if (path.empty()) return walk.show(everything_->find(method), 1);
  return walk.show_all(*everything_, 1);
}

std::string Router::allowed_methods(std::string_view path) const {
  std::vector<std::string_view> names;
  const auto collect = [&names](auto& self, const Node& node, std::string_view left) -> void {
    const std::size_t slash = left.find('/');
    const std::string_view segment = left.substr(0, slash);
    const auto arrive = [&](const Node& next) {
      if (slash == std::string_view::npos) return next.here.collect(names);
      self(self, next, left.substr(slash + 1));
    };
    const auto found = node.statics.find(segment);
    if (found != node.statics.end()) arrive(*found->second);
    if (node.parameter != nullptr && !segment.empty()) arrive(*node.parameter);
    node.rest.collect(names);
  };
  if (path.starts_with('/')) collect(collect, *root_, path.substr(1));
  everything_->collect(names);
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  std::erase(names, "*");
  std::string text;
  for (const std::string_view name : names) text.append(text.empty() ? "" : ", ").append(name);
  return text;
}

}  // namespace usquic::app
