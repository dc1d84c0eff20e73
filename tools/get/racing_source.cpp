#include "get/racing_source.h"

#include <algorithm>
#include <optional>
#include <variant>
#include <vector>

#include "get/one_shot_timer.h"
#include "usquic/http/url.h"

namespace usquic::tools::get {

// A request whose way is looked for. Until one of the two is sent, each of them may fail or be given up unseen.
class RacingExchange final : public Exchange {
 public:
  RacingExchange(RacingSource& source, RacingSource::Origin& origin, std::string url, FetchOptions request,
                 ExchangeEvents& events);
  ~RacingExchange() override;
  RacingExchange(const RacingExchange&) = delete;
  RacingExchange& operator=(const RacingExchange&) = delete;

  bool write(std::string_view bytes) override { return chosen_->exchange->write(bytes); }
  void end() override { chosen_->exchange->end(); }
  std::string_view url() const override { return url_; }
  int redirects() const override { return 0; }

  // By the origin's winner, or in a race of its own where there is none.
  void go();

 private:
  // One of the two ways.
  class Way final : public ExchangeEvents {
   public:
    Way(RacingExchange& race, ExchangeSource& of) : source(of), race_(race) {}

    void on_sent(const Route& route) override {
      race_.choose(*this);
      race_.events_.on_sent(route);
    }
    void on_informational(HttpVersion version, const ResponseHead& head) override {
      race_.events_.on_informational(version, head);
    }
    void on_response(HttpVersion version, const ResponseHead& head) override {
      race_.events_.on_response(version, head);
    }
    void on_data(std::string_view bytes) override { race_.events_.on_data(bytes); }
    void on_trailers(const std::vector<Field>& fields) override { race_.events_.on_trailers(fields); }
    void on_stop() override { race_.events_.on_stop(); }
    void on_writable() override { race_.events_.on_writable(); }
    void on_end() override { race_.events_.on_end(); }
    void on_error(const ExchangeError& failed) override { race_.fail(*this, failed); }

    bool is_running() const { return exchange != nullptr; }

    ExchangeSource& source;
    std::unique_ptr<Exchange> exchange;
    std::optional<ExchangeError> error;

   private:
    RacingExchange& race_;
  };

  void start(Way& way);
  void start_tcp();
  void choose(Way& way);
  void fail(Way& way, const ExchangeError& error);
  void end_race(ExchangeSource* winner);

  RacingSource& source_;
  RacingSource::Origin& origin_;
  const std::string url_;
  const FetchOptions request_;
  ExchangeEvents& events_;
  Way http3_;
  Way tcp_;
  Way* chosen_ = nullptr;
  OneShotTimer head_start_;
};

RacingExchange::RacingExchange(RacingSource& source, RacingSource::Origin& origin, std::string url,
                               FetchOptions request, ExchangeEvents& events)
    : source_(source),
      origin_(origin),
      url_(std::move(url)),
      request_(std::move(request)),
      events_(events),
      http3_(*this, *source.http3_),
      tcp_(*this, *source.tcp_),
      head_start_(source.loop_, [this] { start_tcp(); }) {}

RacingExchange::~RacingExchange() {
  std::erase(origin_.waiting, this);
  end_race(nullptr);
}

void RacingExchange::go() {
  if (origin_.winner != nullptr) return start(origin_.winner == &tcp_.source ? tcp_ : http3_);
  if (origin_.racer != nullptr) return origin_.waiting.push_back(this);
  origin_.racer = this;
  start(http3_);
  head_start_.start(std::max(1, source_.head_start_ms_));
}

void RacingExchange::start(Way& way) {
  way.exchange = way.source.start(url_, request_, way);
}

void RacingExchange::start_tcp() {
  head_start_.stop();
  if (!tcp_.is_running() && !tcp_.error) start(tcp_);
}

// The other one has a handshake to lose, but no request.
void RacingExchange::choose(Way& way) {
  if (chosen_ == &way) return;
  chosen_ = &way;
  head_start_.stop();
  (&way == &http3_ ? tcp_ : http3_).exchange.reset();
  end_race(&way.source);
}

void RacingExchange::fail(Way& way, const ExchangeError& error) {
  const bool is_race = origin_.racer == this;
  // What is wrong with the request is wrong with it over TCP as well.
  const bool is_final = error.kind == ExchangeError::Kind::Malformed || error.failure.code == ExitCode::Usage;
  if (!is_race || is_final) return events_.on_error(error);
  way.error = error;
  way.exchange.reset();
  start_tcp();
  if (http3_.is_running() || tcp_.is_running()) return;
  events_.on_error({{tcp_.error->failure.code,
                     "HTTP/3: " + http3_.error->failure.reason + "; TCP: " + tcp_.error->failure.reason}});
}

void RacingExchange::end_race(ExchangeSource* winner) {
  if (origin_.racer == this) source_.settle(origin_, winner);
}

RacingSource::RacingSource(std::unique_ptr<ExchangeSource> http3, std::unique_ptr<ExchangeSource> tcp,
                           us_loop_t* loop, int head_start_ms)
    : http3_(std::move(http3)), tcp_(std::move(tcp)), loop_(loop), head_start_ms_(head_start_ms) {}

std::unique_ptr<Exchange> RacingSource::start(const std::string& url, const FetchOptions& request,
                                              ExchangeEvents& events) {
  OriginName name;
  const auto parsed = parseUrl(url);
  if (const auto* parts = std::get_if<usquic::Url>(&parsed)) name = {parts->host, parts->port};
  auto exchange = std::make_unique<RacingExchange>(*this, origins_[name], url, request, events);
  exchange->go();
  return exchange;
}

void RacingSource::close_idle() {
  http3_->close_idle();
  tcp_->close_idle();
}

// Where the race had no winner, the first of those that waited has the next one.
void RacingSource::settle(Origin& origin, ExchangeSource* winner) {
  origin.racer = nullptr;
  origin.winner = winner;
  for (RacingExchange* next : std::exchange(origin.waiting, {})) next->go();
}

}  // namespace usquic::tools::get
