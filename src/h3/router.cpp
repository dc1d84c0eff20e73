#include "h3/router.h"

#include <algorithm>
#include <utility>

namespace usquic::h3 {

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

bool Router::add(std::string_view method, std::string_view pattern, Route route) {
  if (method.empty() || pattern.empty()) return false;
  auto made = std::make_unique<Route>(std::move(route));
  Methods* end = everything_.get();
  if (pattern == "*") {
    made->names.emplace_back("*");
  } else {
    if (pattern.front() != '/') return false;
    Node* node = root_.get();
    for (std::string_view left = pattern;;) {
      left.remove_prefix(1);
      const std::size_t slash = left.find('/');
      const std::string_view segment = left.substr(0, slash);
      const bool is_last = slash == std::string_view::npos;
      if (segment == "*") {
        if (!is_last) return false;
        made->names.emplace_back("*");
        end = &node->rest;
        break;
      }
      if (segment.starts_with(':')) {
        if (segment.size() == 1) return false;
        made->names.emplace_back(segment.substr(1));
        if (node->parameter == nullptr) node->parameter = std::make_unique<Node>();
        node = node->parameter.get();
      } else {
        auto& next = node->statics.try_emplace(std::string(segment)).first->second;
        if (next == nullptr) next = std::make_unique<Node>();
        node = next.get();
      }
      end = &node->here;
      if (is_last || made->names.size() > max_parameters) break;
      left.remove_prefix(slash);
    }
  }
  if (made->names.size() > max_parameters) return false;
  if (auto replaced = end->set(method, std::move(made))) retired_.push_back(std::move(replaced));
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

}  // namespace usquic::h3
