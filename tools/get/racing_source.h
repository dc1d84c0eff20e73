// HTTP/3, or what TCP offers where it is there sooner: the two race to a connection, as addresses do in RFC 8305, and
// the request goes out over the one that won.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "get/exchange.h"

namespace usquic::tools::get {

class RacingExchange;

class RacingSource final : public ExchangeSource {
 public:
  // How long HTTP/3 has for itself: what browsers and RFC 8305 section 5 give the better of two ways.
  static constexpr int default_head_start_ms = 300;

  RacingSource(std::unique_ptr<ExchangeSource> http3, std::unique_ptr<ExchangeSource> tcp, us_loop_t* loop,
               int head_start_ms = default_head_start_ms);

  std::unique_ptr<Exchange> start(const std::string& url, const FetchOptions& request,
                                  ExchangeEvents& events) override;
  void close_idle() override;

 private:
  friend class RacingExchange;
  using OriginName = std::pair<std::string, int>;

  struct Origin {
    ExchangeSource* winner = nullptr;  // null until a race was won
    RacingExchange* racer = nullptr;   // whose race is on
    std::deque<RacingExchange*> waiting;
  };

  // The race is over; those that waited for it go on.
  void settle(Origin& origin, ExchangeSource* winner);

  std::unique_ptr<ExchangeSource> http3_;
  std::unique_ptr<ExchangeSource> tcp_;
  us_loop_t* loop_;
  const int head_start_ms_;
  std::map<OriginName, Origin> origins_;
};

}  // namespace usquic::tools::get
