#include "load/probe.h"

#include <utility>

#include "loop_pointer.h"
#include "socket_address_text.h"
#include "usquic/http3_codes.h"

namespace usquic::tools::load {
namespace {

struct Probe {
  Target* target;
  std::optional<Failure> failure = Failure{ExitCode::Failure, "nothing came of connecting"};
};

Probe& probe_of(us_quic_connection_t* c) {
  return **static_cast<Probe**>(us_quic_socket_context_ext(us_quic_connection_context(c)));
}

// What the library says to the header section; nothing of it is sent, as the connection closes.
int check_fields(us_quic_connection_t* c, const Target& target) {
  int error = US_QUIC_OK;
  us_quic_stream_t* s = us_quic_connection_create_stream(c, 0, &error);
  if (s == nullptr) return error;
  const auto& fields = target.fields(0);
  return us_quic_stream_send_headers(s, fields.data(), fields.size(), 1);
}

void on_open(us_quic_connection_t* c, int) {
  Probe& probe = probe_of(c);
  sockaddr_storage address = {};
  void* storage = &address;
  us_quic_connection_remote_address(c, static_cast<sockaddr*>(storage), sizeof address);
  probe.target->address = ip_text(address);
  const int error = check_fields(c, *probe.target);
  probe.failure = error == US_QUIC_OK ? std::nullopt : std::optional(describe_error(error));
  us_quic_connection_close(c, US_QUIC_H3_NO_ERROR, nullptr);
}

void on_close(us_quic_connection_t* c, const us_quic_close_info_t* info) {
  Probe& probe = probe_of(c);
  if (probe.target->address.empty() || info->error != US_QUIC_OK) probe.failure = describe_close(*info);
}

us_quic_connection_t* connect_by_name(us_quic_socket_context_t* context, const Target& target, int& error) {
  if (!target.address.empty()) return connect_to(context, target, 0, error);  // --resolve
  return us_quic_socket_context_connect(context, target.url().host.c_str(), target.url().port, 0, &error);
}

}  // namespace

std::optional<Failure> probe(const Plan& plan, Target& target, KeyLog* key_log) {
  const LoopPointer loop(us_create_loop(nullptr, nullptr, nullptr, nullptr, 0));
  if (loop == nullptr) return describe_error(US_QUIC_E_NOMEM);
  ContextLogs logs;
  logs.keys = key_log;
  Failure failure;
  us_quic_socket_context_t* context = create_client_context(loop.get(), plan, logs, sizeof(Probe*), failure);
  if (context == nullptr) return failure;
  Probe probe = {&target};
  *static_cast<Probe**>(us_quic_socket_context_ext(context)) = &probe;
  us_quic_socket_context_on_open(context, on_open);
  us_quic_socket_context_on_close(context, on_close);
  int error = US_QUIC_OK;
  if (connect_by_name(context, target, error) == nullptr) return describe_error(error);
  us_loop_run(loop.get());
  return probe.failure;
}

}  // namespace usquic::tools::load
