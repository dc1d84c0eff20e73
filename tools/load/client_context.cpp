#include "load/client_context.h"

#include <algorithm>
#include <limits>

namespace usquic::tools::load {
namespace {

// Connections that are held open and rarely used stay open: shorter than the idle timeouts of servers.
constexpr unsigned keep_alive_ms = 10'000;

const char* text_or_null(const std::string& text) {
  return text.empty() ? nullptr : text.c_str();
}

}  // namespace

us_quic_socket_context_t* create_client_context(us_loop_t* loop, const Plan& plan, ContextLogs& logs,
                                                unsigned ext_size, Failure& failure) {
  const get::Options& request = plan.request;
  us_quic_socket_context_options_t options = US_QUIC_OPTIONS_INIT;
  options.ca_file_name = text_or_null(request.ca_file);
  if (!plan.placeholder_root.empty())
    options.ca = {plan.placeholder_root.data(), plan.placeholder_root.size()};
  options.cert_file_name = text_or_null(request.certificate_file);
  // As with curl, a certificate file may hold the key too.
  options.key_file_name =
      text_or_null(request.key_file.empty() ? request.certificate_file : request.key_file);
  options.passphrase = text_or_null(request.passphrase);
  options.groups = text_or_null(request.groups);
  options.reject_unauthorized = request.is_insecure ? 0 : 1;
  options.keep_alive_ms = keep_alive_ms;
  constexpr std::int64_t max_ms = std::numeric_limits<int>::max();
  options.handshake_timeout_ms =
      static_cast<unsigned>(std::clamp<std::int64_t>(plan.timeout_ns / 1'000'000, 1, max_ms));
  logs.messages.attach(options);
  if (logs.keys != nullptr) logs.keys->attach(options);
  int error = US_QUIC_OK;
  us_quic_socket_context_t* context = us_create_quic_socket_context(loop, &options, ext_size, &error);
  if (context != nullptr) return context;
  failure = describe_error(error, logs.messages.last_error());
  const bool is_file = failure.code == ExitCode::LocalCertificate;
  if (is_file && request.certificate_file.empty() && !request.ca_file.empty())
    failure.code = ExitCode::TrustFile;
  return nullptr;
}

us_quic_connection_t* connect_to(us_quic_socket_context_t* context, const Target& target, unsigned ext_size,
                                 int& error) {
  us_quic_socket_t* socket = us_quic_socket_context_create_socket(context, 0, &error);
  if (socket == nullptr) return nullptr;
  us_quic_connection_t* c = us_quic_socket_connect(socket, target.address.c_str(), target.url().port,
                                                   target.url().host.c_str(), ext_size, &error);
  if (c == nullptr) us_quic_socket_close(socket);
  return c;
}

}  // namespace usquic::tools::load
