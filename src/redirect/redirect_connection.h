// One plain connection of HTTP/1.1 whose requests are sent on to HTTPS.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "base/bytes.h"
#include "base/list.h"
#include "http1/request_parser.h"
#include "redirect/redirect_share.h"
#include "tcp/connection.h"

namespace usquic::redirect {

// Destroys itself when its TCP connection is closed.
class RedirectConnection final : public tcp::Connection::Handler,
                                 public ListHook<RedirectConnection>,
                                 private http1::RequestEvents {
 public:
  RedirectConnection(std::shared_ptr<RedirectShare> share, tcp::Connection& tcp);

  tcp::Connection& tcp() { return tcp_; }
  // What was answered is sent; no other request is taken.
  void end();

 private:
  // What the deadline is for.
  enum class Awaited : std::uint8_t {
    request,
    head,  // the rest of it, however often some of it comes
    end,   // of the connection
  };

  // ---- tcp::Connection::Handler ----
  void on_open(tcp::Connection& tcp) override;
  void on_data(tcp::Connection& tcp, Bytes data) override;
  void on_end(tcp::Connection& tcp) override;
  void on_writable(tcp::Connection& tcp) override;
  void on_deadline(tcp::Connection& tcp) override;
  void on_close(tcp::Connection& tcp, int error) override;

  // ---- http1::RequestEvents ----
  void on_request(const http1::RequestHead& head) override;
  void on_body(Bytes /*data*/) override {}
  void on_trailers(std::span<const us_quic_header_t> /*fields*/) override {}
  void on_request_end() override {}

  void take(Bytes data);
  void await(Awaited next);
  void answer(const http1::RequestHead& head, int status, std::string_view location);
  void refuse(int status, std::string_view reason);
  void log_refusal(int status, std::string_view reason) const;

  const std::shared_ptr<RedirectShare> share_;
  tcp::Connection& tcp_;
  http1::RequestParser parser_;
  Awaited awaited_ = Awaited::request;
  bool persists_ = true;  // another request may follow
};

}  // namespace usquic::redirect
