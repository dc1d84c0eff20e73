#include "load/tcp_carrier.h"

#include <fmt/format.h>

#include "load/client_context.h"
#include "load/tcp_generator.h"
#include "loop_pointer.h"

namespace usquic::tools::load {
namespace {

// What is wrong with files of certificates and keys is told as for HTTP/3.
std::optional<Failure> check_files(us_loop_t* loop, const Plan& plan) {
  const get::Options& request = plan.request;
  if (request.certificate_file.empty() && request.key_file.empty() && request.ca_file.empty())
    return std::nullopt;
  ContextLogs logs;
  Failure failure;
  us_quic_socket_context_t* context = create_client_context(loop, plan, logs, 0, failure);
  if (context == nullptr) return failure;
  us_quic_socket_context_free(context);
  return std::nullopt;
}

// A request that gets as far as to its connection.
class TcpProbe final : private tcp_client::Request::Handler {
 public:
  TcpProbe(us_loop_t* loop, const Plan& plan, Target& target);
  ~TcpProbe() override { multi_.retire(std::move(request_)); }
  TcpProbe(const TcpProbe&) = delete;
  TcpProbe& operator=(const TcpProbe&) = delete;

  std::optional<Failure> missing() const { return setup_.missing(); }
  void begin() { multi_.begin(*request_); }
  const std::optional<Failure>& failure() const { return failure_; }

 private:
  bool on_connected(const tcp_client::Connected& connected) override;
  void on_header_line(std::string_view) override {}
  void on_body(std::string_view) override {}
  void on_body_wanted() override {}
  void on_done(const tcp_client::Outcome& outcome) override {
    if (!was_connected_) failure_ = outcome.failure;
  }

  const Plan& plan_;
  Target& target_;
  tcp_client::Setup setup_;
  tcp_client::Driver driver_;
  tcp_client::Multi multi_;
  std::unique_ptr<tcp_client::Request> request_;
  bool was_connected_ = false;
  std::optional<Failure> failure_;
};

TcpProbe::TcpProbe(us_loop_t* loop, const Plan& plan, Target& target)
    : plan_(plan),
      target_(target),
      setup_(tcp_options(plan, target)),
      driver_(loop),
      multi_(driver_, {}),
      request_(std::make_unique<tcp_client::Request>(static_cast<Handler&>(*this), setup_)) {
  request_->report_connections();
  request_->prepare(target.url_text(0), "HEAD", {}, tcp_client::Request::Body::None);
}

// Returns: false, as nothing is to be sent.
bool TcpProbe::on_connected(const tcp_client::Connected& connected) {
  was_connected_ = true;
  target_.address = connected.ip;
  const std::string alpn = connected.report.alpn().value_or("");
  if (plan_.version == HttpVersion::Http2 && alpn != "h2") {
    failure_ = {ExitCode::Tls,
                fmt::format("the server does not offer HTTP/2 (ALPN: {})", alpn.empty() ? "none" : alpn)};
  }
  return false;
}

class TcpCarrier final : public Carrier {
 public:
  std::optional<Failure> probe(const Plan& plan, Target& target) override;
  std::unique_ptr<LoadThread> make_thread(const Plan& plan, const Target& target, std::uint64_t index,
                                          Board& board) override {
    return std::make_unique<TcpGenerator>(plan, target, index, board);
  }
};

std::optional<Failure> TcpCarrier::probe(const Plan& plan, Target& target) {
  const LoopPointer loop(us_create_loop(nullptr, nullptr, nullptr, nullptr, 0));
  if (loop == nullptr) return describe_error(US_QUIC_E_NOMEM);
  if (auto failure = check_files(loop.get(), plan)) return failure;
  TcpProbe probe(loop.get(), plan, target);
  if (auto failure = probe.missing()) return failure;
  probe.begin();
  us_loop_run(loop.get());
  return probe.failure();
}

}  // namespace

std::variant<std::unique_ptr<Carrier>, Failure> make_tcp_carrier() {
  return std::make_unique<TcpCarrier>();
}

}  // namespace usquic::tools::load
