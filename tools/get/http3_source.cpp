#include "get/http3_source.h"

#include <fmt/format.h>
#include <sys/socket.h>

#include <string>
#include <utility>

#include "socket_address_text.h"

namespace usquic::tools::get {
namespace {

Route route_of(us_quic_connection_t* connection) {
  sockaddr_storage address = {};
  void* storage = &address;
  us_quic_connection_remote_address(connection, static_cast<sockaddr*>(storage), sizeof address);
  const us_quic_tls_t tls = us_quic_connection_tls(connection);
  std::string agreed = fmt::format("TLS 1.3: {}, {}", tls.cipher_suite, tls.group);
  if (*tls.signature_scheme != '\0') agreed += fmt::format(", {}", tls.signature_scheme);
  return {connection,
          HttpVersion::Http3,
          ip_text(address),
          us_quic_connection_alpn(connection),
          std::move(agreed),
          us_quic_connection_is_authorized(connection) != 0,
          us_quic_connection_is_resumed(connection) != 0};
}

ExchangeError::Kind kind_of(int error) {
  if (error == US_QUIC_E_GOAWAY) return ExchangeError::Kind::NotProcessed;
  return error == US_QUIC_E_HEADERS ? ExchangeError::Kind::Malformed : ExchangeError::Kind::Other;
}

class Http3Exchange final : public Exchange {
 public:
  Http3Exchange(Fetch* fetch, int max_redirects, ExchangeEvents& events);
  ~Http3Exchange() override {
    if (fetch_ != nullptr) fetch_->abort();
  }
  Http3Exchange(const Http3Exchange&) = delete;
  Http3Exchange& operator=(const Http3Exchange&) = delete;

  bool write(std::string_view bytes) override { return fetch_->write(bytes); }
  void end() override { fetch_->end(); }
  std::string_view url() const override { return fetch_->url(); }
  int redirects() const override { return fetch_->redirects(); }

 private:
  void on_response(const ResponseHead& head) {
    has_response_ = true;
    events_.on_response(HttpVersion::Http3, head);
  }
  void on_error(int error, std::string_view text);

  Fetch* fetch_;  // null once it ended
  ExchangeEvents& events_;
  const int max_redirects_;
  bool has_response_ = false;
};

Http3Exchange::Http3Exchange(Fetch* fetch, int max_redirects, ExchangeEvents& events)
    : fetch_(fetch), events_(events), max_redirects_(max_redirects) {
  fetch_
      ->onSent(
          [this](us_quic_stream_t* stream) { events_.on_sent(route_of(us_quic_stream_connection(stream))); })
      ->onInformational(
          [this](const ResponseHead& head) { events_.on_informational(HttpVersion::Http3, head); })
      ->onResponse([this](const ResponseHead& head) { on_response(head); })
      ->onData([this](std::string_view bytes) { events_.on_data(bytes); })
      ->onTrailers([this](const std::vector<Field>& fields) { events_.on_trailers(fields); })
      ->onStop([this] { events_.on_stop(); })
      ->onWritable([this] { events_.on_writable(); })
      ->onEnd([this] {
        fetch_ = nullptr;
        events_.on_end();
      })
      ->onError([this](int error, std::string_view text) { on_error(error, text); });
}

void Http3Exchange::on_error(int error, std::string_view text) {
  const int redirects = std::exchange(fetch_, nullptr)->redirects();
  const bool is_circling =
      error == US_QUIC_E_TOO_LARGE && !has_response_ && max_redirects_ > 0 && redirects >= max_redirects_;
  const ExitCode code = is_circling ? ExitCode::TooManyRedirects : exit_code_of(error);
  events_.on_error({{code, std::string(text)}, kind_of(error)});
}

}  // namespace

Http3Source::Http3Source(const Options& options, std::vector<ResolveRule> rules,
                         std::shared_ptr<usquic::Loop> loop)
    : options_(options), log_(US_QUIC_LOG_NONE), key_log_(KeyLog::from_environment()) {
  us_quic_socket_context_options_t core = US_QUIC_OPTIONS_INIT;
  log_.attach(core);
  if (key_log_) key_log_->attach(core);
  if (!options_.groups.empty()) core.groups = options_.groups.c_str();
  ClientOptions settings;
  settings.core = &core;
  settings.ca_file_name = options_.ca_file;
  settings.cert_file_name = options_.certificate_file;
  // As with curl, a certificate file may hold the key too.
  settings.key_file_name = options_.key_file.empty() ? options_.certificate_file : options_.key_file;
  settings.passphrase = options_.passphrase;
  settings.reject_unauthorized = !options_.is_insecure;
  settings.resolve = std::move(rules);
  settings.timeouts = {static_cast<int>(options_.connect_seconds * 1000), 0, 0, 0};
  client_.emplace(settings, std::move(loop));
}

std::optional<Failure> Http3Source::failure() const {
  if (client_->error() == US_QUIC_OK) return std::nullopt;
  Failure failure = describe_error(client_->error(), log_.last_error());
  const bool is_file = failure.code == ExitCode::LocalCertificate;
  if (is_file && options_.certificate_file.empty() && !options_.ca_file.empty()) {
    failure.code = ExitCode::TrustFile;
    failure.reason = options_.ca_file + ": " + failure.reason;
  }
  return failure;
}

std::unique_ptr<Exchange> Http3Source::start(const std::string& url, const FetchOptions& request,
                                             ExchangeEvents& events) {
  return std::make_unique<Http3Exchange>(client_->fetch(url, request), request.max_redirects, events);
}

}  // namespace usquic::tools::get
