#include "app/router.h"

#include <algorithm>
#include <utility>

#include "app/path_normalizing.h"

namespace usquic::app {

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
  is_empty_ = false;
  if (auto replaced = end_of(pattern).set(method, std::move(made))) retired_.push_back(std::move(replaced));
  return true;
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
