#include "quic/options.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <optional>
#include <string>

#include "engine/option_list.h"
#include "tls/parameters.h"

namespace usquic::quic {

namespace {

using namespace option_bounds;

constexpr std::uint64_t h3_uni_streams = 3;  // control and QPACK streams (RFC 9114 section 6.2)
constexpr std::size_t max_alpn_name = 255;   // RFC 7301 section 3.1

std::string text_of(const char* text) {
  return text != nullptr ? text : "";
}

tls::PemSource pem_source(const char* file, const us_quic_blob_t& blob) {
  tls::PemSource source;
  if (file != nullptr) {
    source.file = file;
  } else if (blob.data != nullptr) {
    source.text.assign(static_cast<const char*>(blob.data), blob.length);
  }
  return source;
}

template <class Number>
bool is_within(Number value, Number smallest, Number largest) {
  return value >= smallest && value <= largest;
}

template <class Member, class Number>
void give(Member& member, Number value) {
  member = static_cast<Member>(value);
}
void give(Duration& member, unsigned int ms) {
  member = std::chrono::milliseconds(ms);
}
void give(std::optional<std::uint8_t>& worker_index, int value) {
  if (value >= 0) worker_index = static_cast<std::uint8_t>(value);
}

// The name of the first number that is out of its bounds, or nullptr.
const char* number_out_of_bounds(const us_quic_socket_context_options_t& o) {
#define USQUIC_CHECK_NUMBER(name, type, value, smallest, largest, ...) \
  if (!is_within<type>(o.name, smallest, largest)) return #name;
#define USQUIC_PASS_OVER(...)
  USQUIC_OPTIONS(USQUIC_CHECK_NUMBER, USQUIC_CHECK_NUMBER, USQUIC_PASS_OVER)
#undef USQUIC_CHECK_NUMBER
#undef USQUIC_PASS_OVER
  return nullptr;
}

bool has_valid_alpn(const us_quic_socket_context_options_t& o) {
  const auto is_valid = [](const char* name) {
    return name != nullptr && *name != '\0' && std::strlen(name) <= max_alpn_name;
  };
  return o.alpn == nullptr || std::all_of(o.alpn, o.alpn + o.alpn_count, is_valid);
}

// The name of the first option that is invalid by itself or beside the others, or nullptr.
const char* invalid_field(const us_quic_socket_context_options_t& o) {
  if (const char* name = number_out_of_bounds(o)) return name;
  if (o.max_udp_payload > 0 && o.max_udp_payload < min_udp_payload) return "max_udp_payload";
  if (o.max_data_limit < o.max_data) return "max_data_limit";
  if (o.max_stream_data_limit < o.max_stream_data) return "max_stream_data_limit";
  if (o.server_id == nullptr && o.server_id_length > 0) return "server_id_length";
  if (o.secret != nullptr && is_all_zero(o.secret)) return "secret";
  if (o.worker_count > 0 && (o.worker_index < 0 || o.worker_index >= static_cast<int>(o.worker_count))) {
    return "worker_index";
  }
  if (o.group != nullptr) {
    if (o.secret != nullptr) return "secret";
    if (o.worker_count != 0) return "worker_count";
    const int workers = static_cast<int>(o.group->group->worker_count());
    if (o.worker_index < 0 || o.worker_index >= workers) return "worker_index";
  }
  if (o.settings == nullptr && o.settings_count > 0) return "settings_count";
  if (o.groups != nullptr && !tls::groups_of(o.groups)) return "groups";
  if (o.certificate_hashes.length % sizeof(tls::CertificateHash) != 0) return "certificate_hashes";
  if (o.alpn != nullptr && o.alpn_count == 0) return "alpn_count";
  return has_valid_alpn(o) ? nullptr : "alpn";
}

// Gives every NUMBER of the list to the member where it arrives.
void copy_numbers(ContextConfig& config, const us_quic_socket_context_options_t& o) {
#define USQUIC_COPY_NUMBER(name, type, value, smallest, largest, unit, arrives, summary) \
  give(config.arrives, o.name);
#define USQUIC_PASS_OVER(...)
  USQUIC_OPTIONS(USQUIC_COPY_NUMBER, USQUIC_PASS_OVER, USQUIC_PASS_OVER)
#undef USQUIC_COPY_NUMBER
#undef USQUIC_PASS_OVER
}

void fill_tls(ContextConfig& config, const us_quic_socket_context_options_t& o) {
  tls::Options& out = config.tls;
  out.identity = read_identity(o);
  out.trust = pem_source(o.ca_file_name, o.ca);
  out.extra_trust = pem_source(nullptr, o.extra_ca);
  out.certificate_hashes =
      tls::certificate_hashes_of(as_bytes(o.certificate_hashes.data, o.certificate_hashes.length));
  out.verify_client = out.request_client_certificate && out.verify_server;
  if (o.alpn != nullptr) {
    out.alpn.assign(o.alpn, o.alpn + o.alpn_count);
  } else {
    out.alpn = {"h3"};
  }
  const auto is_h3 = [](const std::string& name) { return name == "h3"; };
  config.is_http3_only = std::all_of(out.alpn.begin(), out.alpn.end(), is_h3);
  config.is_raw_only = std::none_of(out.alpn.begin(), out.alpn.end(), is_h3);
  if (!config.is_raw_only) {
    config.engine.max_streams_uni = std::max(config.engine.max_streams_uni, h3_uni_streams);
  }
  if (o.groups != nullptr) out.groups = *tls::groups_of(o.groups);
  std::memcpy(out.secret, config.engine.secret, sizeof(out.secret));
  out.keylog = o.keylog;
  out.keylog_user = o.keylog_user;
  out.log = config.log;
}

void fill_engine(ContextConfig& config, const us_quic_socket_context_options_t& o) {
  engine::Config& out = config.engine;
  out.log = config.log;
  if (o.random != nullptr) out.random = RandomSource(o.random, o.random_user);
  if (config.group != nullptr) {
    std::ranges::copy(config.group->secret(), out.secret);
    out.worker_count = config.group->worker_count();
    out.shared_handshakes = config.group->handshakes();
  } else if (o.secret != nullptr) {
    std::memcpy(out.secret, o.secret, sizeof(out.secret));
  } else {
    out.random.fill(out.secret);
  }
  out.server_id.assign(o.server_id, o.server_id + o.server_id_length);
  out.settings.assign(o.settings, o.settings + o.settings_count);
  out.datagrams = out.datagrams || out.webtransport_sessions > 0;
}

}  // namespace

tls::IdentitySource read_identity(const us_quic_socket_context_options_t& o) {
  tls::IdentitySource identity;
  identity.certificate = pem_source(o.cert_file_name, o.cert);
  identity.key = pem_source(o.key_file_name, o.key);
  if (o.passphrase != nullptr) identity.passphrase = text_of(o.passphrase);
  return identity;
}

Result<ContextConfig> read_options(const us_quic_socket_context_options_t& o) {
  // Of a struct of another size nothing is where it seems, also not the log callback.
  if (o.struct_size != sizeof(o)) return Error{US_QUIC_E_INVALID};
  ContextConfig config;
  config.log = Logger(o.log_level > 0 ? o.log : nullptr, o.log_user, static_cast<LogLevel>(o.log_level));
  if (const char* field = invalid_field(o)) {
    config.log.log(LogLevel::error, "option %s has an invalid value", field);
    return Error{US_QUIC_E_INVALID};
  }
  config.needs_worker_index = o.secret != nullptr && o.worker_index < 0;
  if (o.group != nullptr) config.group = o.group->group;
  copy_numbers(config, o);
  fill_engine(config, o);
  fill_tls(config, o);
  return config;
}

}  // namespace usquic::quic

us_quic_socket_context_options_t us_quic_default_options(void) {
  us_quic_socket_context_options_t o{};
  o.struct_size = sizeof(o);
#define USQUIC_SET_DEFAULT(name, ...) o.name = usquic::option_defaults::name;
#define USQUIC_PASS_OVER(...)
  USQUIC_OPTIONS(USQUIC_SET_DEFAULT, USQUIC_SET_DEFAULT, USQUIC_PASS_OVER)
#undef USQUIC_SET_DEFAULT
#undef USQUIC_PASS_OVER
  return o;
}
