#include "client/request_plan.h"

#include <algorithm>
#include <array>
#include <utility>

#include "client/client_fields.h"
#include "client/client_redirect.h"

namespace usquic::client {
namespace {

bool is_idempotent(std::string_view method) {
  constexpr std::array<std::string_view, 6> methods = {"GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE"};
  return std::find(methods.begin(), methods.end(), method) != methods.end();
}

}  // namespace

RequestPlan::RequestPlan(std::string url, FetchOptions options)
    : url_text_(std::move(url)), options_(std::move(options)) {}

std::optional<Failure> RequestPlan::prepare() {
  if (auto failure = check_request(options_)) return failure;
  auto url = parseUrl(url_text_, options_.path_as_is ? DotSegments::Keep : DotSegments::Remove);
  if (auto* failure = std::get_if<UrlError>(&url)) return Failure{{US_QUIC_E_INVALID}, failure->reason};
  url_ = std::get<Url>(std::move(url));
  return std::nullopt;
}

RequestBody RequestPlan::take_body() {
  return {std::exchange(options_.body, {}), options_.stream_body, content_length(options_.headers)};
}

std::vector<Field> RequestPlan::fields(std::optional<std::uint64_t> body_length) const {
  return request_fields(url_, options_, body_length);
}

bool RequestPlan::is_repeatable() const {
  return is_idempotent(options_.method) && !options_.stream_body;
}

RequestPlan::Redirection RequestPlan::follow(const ResponseHead& head) {
  if (options_.max_redirects <= 0 || !is_redirect(head.status)) return NotFollowed{};
  const std::string_view location = head.header("location");
  const bool needs_body = keeps_body(head.status, options_.method);
  // What cannot be followed is a response like any other.
  if (location.empty() || (needs_body && options_.stream_body)) return NotFollowed{};
  if (redirects_ >= options_.max_redirects) {
    return Failure{{US_QUIC_E_TOO_LARGE},
                   "more than " + std::to_string(options_.max_redirects) + " redirects"};
  }
  auto target = resolveUrl(url_, location);
  if (auto* failure = std::get_if<UrlError>(&target)) {
    return Failure{{US_QUIC_E_HEADERS}, "redirect: " + failure->reason};
  }
  ++redirects_;
  follow_redirect(options_, head.status, url_, std::get<Url>(target));
  url_ = std::get<Url>(std::move(target));
  url_text_ = url_.text();
  return Followed{needs_body};
}

}  // namespace usquic::client
