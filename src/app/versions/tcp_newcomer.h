// A connection over TCP during its TLS handshake, which says what version of HTTP follows.
#pragma once

#include <memory>

#include "app/versions/tcp_session.h"
#include "app/versions/tcp_share.h"

namespace usquic::app {

class TcpNewcomer final : public TcpSession {
 public:
  TcpNewcomer(std::shared_ptr<TcpShare> share, tcp::Connection& tcp);

  void end_soon() override { is_ending_soon_ = true; }
  void take_turn() override {}

 private:
  void on_open(tcp::Connection& tcp) override;
  void on_data(tcp::Connection& /*tcp*/, Bytes /*data*/) override {}
  void on_end(tcp::Connection& tcp) override { tcp.close(); }
  void on_writable(tcp::Connection& /*tcp*/) override {}
  void on_close(tcp::Connection& tcp, int error) override;

  const std::shared_ptr<TcpShare> share_;
  bool is_ending_soon_ = false;
};

}  // namespace usquic::app
