#include "get/following_source.h"

#include <fmt/format.h>

#include <string>
#include <variant>

#include "client/client_redirect.h"
#include "usquic/http/url.h"

namespace usquic::tools::get {
namespace {

class FollowingExchange final : public Exchange, private ExchangeEvents {
 public:
  FollowingExchange(ExchangeSource& steps, std::string url, FetchOptions request, ExchangeEvents& events);

  bool write(std::string_view bytes) override { return !request_.stream_body || step_->write(bytes); }
  void end() override {
    if (request_.stream_body) step_->end();
  }
  std::string_view url() const override { return url_; }
  int redirects() const override { return redirects_; }

 private:
  enum class Follow { No, Yes, Failed };

  void on_sent(const Route& route) override { events_.on_sent(route); }
  void on_informational(HttpVersion version, const ResponseHead& head) override {
    events_.on_informational(version, head);
  }
  void on_response(HttpVersion version, const ResponseHead& head) override;
  void on_data(std::string_view bytes) override {
    if (!is_leaving_) events_.on_data(bytes);
  }
  void on_trailers(const std::vector<Field>& fields) override {
    if (!is_leaving_) events_.on_trailers(fields);
  }
  void on_stop() override { events_.on_stop(); }
  void on_writable() override { events_.on_writable(); }
  void on_end() override { is_leaving_ ? take_step() : events_.on_end(); }
  void on_error(const ExchangeError& error) override { is_leaving_ ? take_step() : events_.on_error(error); }

  bool may_follow(const ResponseHead& head) const;
  void follow(const ResponseHead& head);
  void fail(ExitCode code, std::string reason);
  void take_step();

  ExchangeSource& steps_;
  std::string url_;
  FetchOptions request_;
  ExchangeEvents& events_;
  int redirects_ = 0;
  bool is_leaving_ = false;  // of a response that redirects, the rest is of no interest
  std::unique_ptr<Exchange> step_;
};

FollowingExchange::FollowingExchange(ExchangeSource& steps, std::string url, FetchOptions request,
                                     ExchangeEvents& events)
    : steps_(steps), url_(std::move(url)), request_(std::move(request)), events_(events) {
  take_step();
}

void FollowingExchange::take_step() {
  is_leaving_ = false;
  step_.reset();
  FetchOptions step = request_;
  step.max_redirects = 0;
  step_ = steps_.start(url_, step, *this);
}

void FollowingExchange::on_response(HttpVersion version, const ResponseHead& head) {
  if (!may_follow(head)) return events_.on_response(version, head);
  follow(head);
}

// What cannot be followed is a response like any other.
bool FollowingExchange::may_follow(const ResponseHead& head) const {
  if (request_.max_redirects <= 0 || !client::is_redirect(head.status)) return false;
  if (head.header("location").empty()) return false;
  return !request_.stream_body || !client::keeps_body(head.status, request_.method);
}

void FollowingExchange::follow(const ResponseHead& head) {
  if (redirects_ >= request_.max_redirects) {
    return fail(ExitCode::TooManyRedirects, fmt::format("more than {} redirects", request_.max_redirects));
  }
  const auto from = parseUrl(url_, request_.path_as_is ? DotSegments::Keep : DotSegments::Remove);
  if (const auto* wrong = std::get_if<UrlError>(&from)) return fail(ExitCode::MalformedUrl, wrong->reason);
  const auto to = resolveUrl(std::get<usquic::Url>(from), head.header("location"));
  if (const auto* wrong = std::get_if<UrlError>(&to)) {
    return fail(ExitCode::Http3, "redirect: " + wrong->reason);
  }
  ++redirects_;
  url_ = std::get<usquic::Url>(to).text();
  is_leaving_ = true;
  const bool had_body = request_.stream_body;
  if (!client::keeps_body(head.status, request_.method)) request_.body.clear();
  client::follow_redirect(request_, head.status, std::get<usquic::Url>(from), std::get<usquic::Url>(to));
  if (had_body && !request_.stream_body) events_.on_stop();
}

void FollowingExchange::fail(ExitCode code, std::string reason) {
  step_.reset();
  events_.on_error({{code, std::move(reason)}});
}

}  // namespace

std::unique_ptr<Exchange> FollowingSource::start(const std::string& url, const FetchOptions& request,
                                                 ExchangeEvents& events) {
  return std::make_unique<FollowingExchange>(*steps_, url, request, events);
}

}  // namespace usquic::tools::get
