// Routes and the paths that they match, against a plain reading of their patterns; the normal form of paths.
#include "app/router.h"

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include "app/path_normalizing.h"
#include "base/check.h"
#include "input.h"

namespace usquic::fuzz {
namespace {

std::vector<std::string_view> segments_of(std::string_view text) {
  std::vector<std::string_view> segments;
  for (text.remove_prefix(1);;) {
    const std::size_t slash = text.find('/');
    segments.push_back(text.substr(0, slash));
    if (slash == std::string_view::npos) return segments;
    text.remove_prefix(slash + 1);
  }
}

// Whether the pattern takes the path, and with which values.
bool takes(std::string_view pattern, std::string_view path, std::vector<std::string_view>& values) {
  values.clear();
  if (pattern == "*") {
    values.push_back(path);
    return true;
  }
  if (!path.starts_with('/')) return false;
  const auto wanted = segments_of(pattern);
  const auto given = segments_of(path);
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (i >= given.size()) return false;
    if (wanted[i] == "*" && i + 1 == wanted.size()) {
      values.push_back(path.substr(static_cast<std::size_t>(given[i].data() - path.data())));
      return true;
    }
    if (wanted[i].starts_with(':')) {
      if (given[i].empty()) return false;
      values.push_back(given[i]);
    } else if (usquic::app::normal_segment(wanted[i]) != given[i]) {
      return false;
    }
  }
  return wanted.size() == given.size();
}

struct Known {
  std::string method;
  std::string pattern;
};

// Once in its normal form a path stays as it is when it is written again, and no part of it is a dot segment.
void check_normalizing(std::string_view path) {
  if (!path.starts_with('/')) return;
  const auto normal = usquic::app::normal_path(path);
  CHECK(!usquic::app::is_normal_path(path) || normal == path);
  if (!normal) return;
  CHECK(normal->starts_with('/') && normal->size() <= path.size());
  for (const std::string_view segment : segments_of(*normal)) CHECK(!usquic::app::is_dot_segment(segment));
  std::string written;
  for (const char c : *normal) written += c == '%' ? "%25" : std::string(1, c);
  CHECK(usquic::app::normal_path(usquic::app::text_of_part(written, "%2F")) == normal);
}

constexpr std::string_view methods[] = {"GET", "HEAD", "POST", "*", "CONNECT", "x"};

bool serves(std::string_view route, std::string_view method) {
  return route == method || route == "*" || (route == "GET" && method == "HEAD");
}

// Every route that is shown takes the path with these values; it is shown once.
class Checking {
 public:
  Checking(const std::vector<Known>& known, std::string_view method, std::string_view path, std::size_t most)
      : known_(known), method_(method), path_(path), most_(most) {}

  bool operator()(usquic::app::Route& route, std::span<const std::string_view> values) {
    CHECK(std::find(seen_.begin(), seen_.end(), &route) == seen_.end());
    seen_.push_back(&route);
    const Known& known = known_[static_cast<std::size_t>(route.max_body_bytes)];
    std::vector<std::string_view> expected;
    CHECK(serves(known.method, method_) && takes(known.pattern, path_, expected));
    CHECK(std::equal(values.begin(), values.end(), expected.begin(), expected.end()));
    CHECK(route.names.size() == values.size());
    return seen_.size() >= most_;
  }
  std::size_t count() const { return seen_.size(); }

 private:
  const std::vector<Known>& known_;
  std::string_view method_, path_;
  std::size_t most_;
  std::vector<usquic::app::Route*> seen_;
};

class Run {
 public:
  void add(std::string_view method, std::string_view pattern) {
    usquic::app::Route route;
    route.max_body_bytes = known_.size();  // its place in known_
    if (router_.add(method, pattern, std::move(route))) {
      known_.push_back({std::string(method), std::string(pattern)});
    }
  }

  void match(std::string_view method, std::string_view path, std::size_t most) {
    Checking visitor(known_, method, path, most);
    const bool is_taken = router_.match(method, path, std::ref(visitor));
    CHECK(is_taken == (visitor.count() >= most));
    std::vector<std::string_view> values;
    const bool any_takes = std::any_of(known_.begin(), known_.end(), [&](const Known& known) {
      // An empty path: a plain CONNECT, which only a route for that very method may answer.
      if (path.empty()) return known.pattern == "*" && known.method == method;
      return serves(known.method, method) && takes(known.pattern, path, values);
    });
    CHECK(any_takes == (visitor.count() > 0));
    const std::string allowed = router_.allowed_methods(path);
    CHECK(!any_takes || method == "x" || path.empty() || !allowed.empty() || all_are_any());
  }

 private:
  bool all_are_any() const {
    return std::any_of(known_.begin(), known_.end(), [](const Known& known) { return known.method == "*"; });
  }

  usquic::app::Router router_;
  std::vector<Known> known_;
};

}  // namespace
}  // namespace usquic::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace usquic;
  fuzz::Input input(data, size);
  fuzz::Run run;
  while (!input.at_end()) {
    const bool is_route = input.flag();
    const std::string_view method = input.choose(fuzz::methods);
    const std::size_t most = 1 + input.pick(4);
    const std::string_view text = input.text();
    if (is_route) {
      run.add(method, text);
    } else if (method != "*") {
      fuzz::check_normalizing(text);
      run.match(method, text, most);
    }
  }
  return 0;
}
