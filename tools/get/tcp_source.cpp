#include "get/tcp_source.h"

#include <fmt/format.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "base/ascii.h"
#include "get/options.h"
#include "tcp_client/multi.h"
#include "tcp_client/request.h"
#include "tcp_client/section_reader.h"

namespace usquic::tools::get {
namespace {

// As browsers do where a connection carries one request at a time.
constexpr long max_connections_per_origin = 6;

// Connections as they were when they were made; later requests over them are told nothing.
class Routes {
 public:
  explicit Routes(bool is_insecure) : is_insecure_(is_insecure) {}
  const Route& of(const tcp_client::Connected& connected);

 private:
  const bool is_insecure_;
  std::map<std::int64_t, Route> routes_;
};

const Route& Routes::of(const tcp_client::Connected& connected) {
  Route& route = routes_[connected.id];
  const bool is_new = connected.report.alpn().has_value();
  if (route.connection != nullptr && !is_new) return route;
  route.connection = &route;
  route.alpn = connected.report.alpn().value_or("");
  route.version = route.alpn == "h2" ? HttpVersion::Http2 : HttpVersion::Http11;
  route.ip = connected.ip;
  route.tls = connected.report.tls();
  route.is_verified = !is_insecure_;
  return route;
}

bool is_idempotent(std::string_view method) {
  return method == "GET" || method == "HEAD" || method == "PUT" || method == "DELETE" ||
         method == "OPTIONS" || method == "TRACE";
}

class TcpExchange final : public Exchange, private tcp_client::Request::Handler {
 public:
  TcpExchange(tcp_client::Multi& multi, const tcp_client::Setup& setup, Routes& routes, std::string url,
              const FetchOptions& request, ExchangeEvents& events);
  ~TcpExchange() override { multi_.retire(std::move(request_)); }
  TcpExchange(const TcpExchange&) = delete;
  TcpExchange& operator=(const TcpExchange&) = delete;

  bool write(std::string_view bytes) override;
  void end() override { request_->end(); }
  std::string_view url() const override { return url_; }
  int redirects() const override { return 0; }

 private:
  bool on_connected(const tcp_client::Connected& connected) override;
  void on_header_line(std::string_view line) override;
  void on_body(std::string_view bytes) override;
  void on_body_wanted() override;
  void on_done(const tcp_client::Outcome& outcome) override;
  bool give_up(Failure failure);

  tcp_client::Multi& multi_;
  Routes& routes_;
  ExchangeEvents& events_;
  const bool wants_http2_;
  const std::string url_;
  const bool is_repeatable_;  // it may reach the server twice
  std::unique_ptr<tcp_client::Request> request_;
  tcp_client::SectionReader reader_;
  std::optional<Failure> own_failure_;
  std::optional<std::uint64_t> room_;  // what the body may still be, where its length was told
  bool has_gone_out_ = false;
  bool is_writer_waiting_ = false;
};

TcpExchange::TcpExchange(tcp_client::Multi& multi, const tcp_client::Setup& setup, Routes& routes,
                         std::string url, const FetchOptions& request, ExchangeEvents& events)
    : multi_(multi),
      routes_(routes),
      events_(events),
      wants_http2_(setup.options().version == VersionChoice::Http2),
      url_(std::move(url)),
      is_repeatable_(is_idempotent(request.method) && !request.stream_body),
      request_(std::make_unique<tcp_client::Request>(static_cast<Handler&>(*this), setup)) {
  using Body = tcp_client::Request::Body;
  const bool has_body = request.stream_body || !request.body.empty();
  std::vector<Field> fields = request.headers;
  for (const Field& field : fields) {
    if (field.name == "content-length") room_ = parse_number(field.value);
  }
  if (has_body && !request.stream_body && !room_) {
    room_ = request.body.size();
    fields.push_back({"content-length", std::to_string(request.body.size())});
  }
  request_->report_connections();
  request_->prepare(url_, request.method, fields, has_body ? Body::Streamed : Body::None);
  if (!request.body.empty()) write(request.body);
  if (!request.stream_body) request_->end();
  multi_.begin(*request_);
}

bool TcpExchange::write(std::string_view bytes) {
  if (room_ && bytes.size() > *room_) {
    own_failure_ = {ExitCode::Read, "the request's body is longer than its content-length"};
    // libcurl takes no more than was told.
    bytes = bytes.substr(0, *room_);
  }
  if (room_) *room_ -= bytes.size();
  is_writer_waiting_ = !request_->write(bytes);
  return !is_writer_waiting_;
}

bool TcpExchange::on_connected(const tcp_client::Connected& connected) {
  // libcurl begins anew where a connection that was used before turns out to be dead.
  if (has_gone_out_ && !is_repeatable_) {
    return give_up({ExitCode::Receive, "the connection was lost, and the request is not safe to send again"});
  }
  const Route& route = routes_.of(connected);
  if (wants_http2_ && route.version != HttpVersion::Http2) {
    return give_up({ExitCode::Tls, fmt::format("the server does not offer HTTP/2 (ALPN: {})",
                                               route.alpn.empty() ? "none" : route.alpn)});
  }
  has_gone_out_ = true;
  events_.on_sent(route);
  return true;
}

bool TcpExchange::give_up(Failure failure) {
  own_failure_ = std::move(failure);
  return false;
}

void TcpExchange::on_header_line(std::string_view line) {
  if (!reader_.take(line)) return;
  const ResponseHead head = reader_.head();  // the events may destroy this
  const HttpVersion version = reader_.version();
  if (head.status / 100 == 1) return events_.on_informational(version, head);
  events_.on_response(version, head);
}

void TcpExchange::on_body(std::string_view bytes) {
  events_.on_data(bytes);
}

void TcpExchange::on_body_wanted() {
  if (std::exchange(is_writer_waiting_, false)) events_.on_writable();
}

void TcpExchange::on_done(const tcp_client::Outcome& outcome) {
  if (own_failure_) return events_.on_error({*own_failure_});
  if (!outcome.is_ok()) {
    using Kind = ExchangeError::Kind;
    return events_.on_error({outcome.failure, outcome.is_cut ? Kind::Malformed : Kind::Other});
  }
  if (!reader_.has_trailers()) return events_.on_end();
  // The events may end the exchange between the two.
  const std::vector<Field> trailers = reader_.trailers();
  ExchangeEvents& events = events_;
  const tcp_client::Request& request = *request_;
  events.on_trailers(trailers);
  if (request.is_wanted()) events.on_end();
}

class TcpSource final : public ExchangeSource {
 public:
  TcpSource(tcp_client::ConnectOptions options, us_loop_t* loop)
      : driver_(loop),
        setup_(std::move(options)),
        routes_(setup_.options().is_insecure),
        multi_(driver_, {.connections_per_origin = max_connections_per_origin}) {}

  std::optional<Failure> missing() const { return setup_.missing(); }
  std::unique_ptr<Exchange> start(const std::string& url, const FetchOptions& request,
                                  ExchangeEvents& events) override {
    return std::make_unique<TcpExchange>(multi_, setup_, routes_, url, request, events);
  }
  // libcurl's unused connections keep no loop alive.
  void close_idle() override {}

 private:
  tcp_client::Driver driver_;
  tcp_client::Setup setup_;
  Routes routes_;
  tcp_client::Multi multi_;
};

}  // namespace

std::variant<std::unique_ptr<ExchangeSource>, Failure> make_tcp_source(const Options& options,
                                                                       std::vector<ResolveRule> rules,
                                                                       us_loop_t* loop) {
  auto source = std::make_unique<TcpSource>(
      tcp_client::ConnectOptions{.version = options.version,
                                 .ca_file = options.ca_file,
                                 .certificate_file = options.certificate_file,
                                 .key_file = options.key_file,
                                 .passphrase = options.passphrase,
                                 .groups = options.groups,
                                 .is_insecure = options.is_insecure,
                                 .resolve = std::move(rules),
                                 .connect_timeout_ms = static_cast<long>(options.connect_seconds * 1000)},
      loop);
  if (auto failure = source->missing()) return *failure;
  return source;
}

}  // namespace usquic::tools::get
