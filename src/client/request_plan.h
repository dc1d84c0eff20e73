// What a request asks for: its URL and options, as the next attempt sends them, over all redirects.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "client/failure.h"
#include "client/request_body.h"
#include "usquic/http/client.h"
#include "usquic/http/url.h"

namespace usquic::client {

class RequestPlan {
 public:
  struct NotFollowed {};  // the response is one like any other
  struct Followed {
    bool keeps_body;  // which has to be sent again
  };
  using Redirection = std::variant<NotFollowed, Followed, Failure>;

  RequestPlan(std::string url, FetchOptions options);
  // Checks what was asked for, before anything else is used. Returns: what is wrong, or nothing.
  std::optional<Failure> prepare();
  // The body that the options gave; once.
  RequestBody take_body();

  // The header section, pseudo-header fields first. body_length: nothing = unknown.
  std::vector<Field> fields(std::optional<std::uint64_t> body_length) const;
  const FetchOptions& options() const { return options_; }
  const Url& url() const { return url_; }
  // As it was given, or where the latest redirect led.
  const std::string& url_text() const { return url_text_; }
  int redirects() const { return redirects_; }
  // The server may process it twice without harm (RFC 9110 section 9.2.2), and its body can be had again.
  bool is_repeatable() const;

  // Makes this the plan for the request that follows the response, where the options allow that.
  Redirection follow(const ResponseHead& head);

 private:
  std::string url_text_;
  FetchOptions options_;
  Url url_;
  int redirects_ = 0;
};

}  // namespace usquic::client
