#include "quic/options.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <string>

#include "base/varint.h"

namespace usquic::quic {

namespace {

constexpr std::uint64_t max_streams = std::uint64_t{1} << 60;  // RFC 9000 section 4.6
constexpr std::uint64_t h3_uni_streams = 3;      // control and QPACK streams (RFC 9114 section 6.2)
constexpr std::size_t min_udp_payload = 1200;    // RFC 9000 section 14
constexpr std::size_t max_udp_payload = 65527;   // RFC 9000 section 18.2
constexpr std::uint32_t max_rate = 100'000'000;  // ten times as many are a 32-bit burst
constexpr std::size_t max_alpn_name = 255;       // RFC 7301 section 3.1

constexpr int max_worker_index = 255;  // an octet of the connection ID
constexpr std::size_t secret_bytes = 32;

// Memory that was meant to be filled, most likely: everybody would know what derives from it.
bool is_all_zero(const std::uint8_t* secret) {
  return std::all_of(secret, secret + secret_bytes, [](std::uint8_t octet) { return octet == 0; });
}

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

// The name of the first field with a value out of range, or nullptr.
const char* invalid_field(const us_quic_socket_context_options_t& o) {
  const auto is_one_of = [](int value, int last) { return value >= 0 && value <= last; };
  if (o.idle_timeout_ms == 0) return "idle_timeout_ms";
  if (o.handshake_timeout_ms == 0) return "handshake_timeout_ms";
  if (o.max_data == 0 || o.max_data > max_varint) return "max_data";
  if (o.max_data_limit < o.max_data || o.max_data_limit > max_varint) return "max_data_limit";
  if (o.max_stream_data == 0 || o.max_stream_data > max_varint) return "max_stream_data";
  if (o.max_stream_data_limit < o.max_stream_data || o.max_stream_data_limit > max_varint) {
    return "max_stream_data_limit";
  }
  if (o.send_buffer_bytes == 0) return "send_buffer_bytes";
  if (o.max_streams_bidi > max_streams) return "max_streams_bidi";
  if (o.max_streams_uni > max_streams) return "max_streams_uni";
  if (o.max_header_list_size == 0) return "max_header_list_size";
  if (o.max_handshakes == 0) return "max_handshakes";
  if (o.max_handshakes_per_address == 0) return "max_handshakes_per_address";
  if (o.max_stream_resets_per_second > max_rate) return "max_stream_resets_per_second";
  if (o.max_control_frames_per_second > max_rate) return "max_control_frames_per_second";
  if (o.max_udp_payload < min_udp_payload || o.max_udp_payload > max_udp_payload) return "max_udp_payload";
  if (!is_one_of(o.congestion, US_QUIC_CONGESTION_BBR)) return "congestion";
  if (!is_one_of(o.address_validation, US_QUIC_ADDRESS_VALIDATION_NEVER)) return "address_validation";
  if (!is_one_of(o.datagrams, 1)) return "datagrams";
  if (o.reject_unauthorized < -1 || o.reject_unauthorized > 1) return "reject_unauthorized";
  if (o.server_id_length > 8 || (o.server_id == nullptr && o.server_id_length > 0)) return "server_id_length";
  if (o.secret != nullptr && is_all_zero(o.secret)) return "secret";
  if (o.worker_index < -1 || o.worker_index > max_worker_index) return "worker_index";
  if (o.worker_count > max_worker_index + 1) return "worker_count";
  if (o.worker_count > 0 && (o.worker_index < 0 || o.worker_index >= static_cast<int>(o.worker_count))) {
    return "worker_index";
  }
  if (!is_one_of(o.log_level, US_QUIC_LOG_DEBUG)) return "log_level";
  if (o.alpn != nullptr && o.alpn_count == 0) return "alpn_count";
  for (std::size_t i = 0; o.alpn != nullptr && i < o.alpn_count; ++i) {
    if (o.alpn[i] == nullptr || *o.alpn[i] == '\0' || std::strlen(o.alpn[i]) > max_alpn_name) return "alpn";
  }
  return nullptr;
}

void fill_tls(ContextConfig& config, const us_quic_socket_context_options_t& o) {
  tls::Options& out = config.tls;
  out.identity = read_identity(o);
  out.trust = pem_source(o.ca_file_name, o.ca);
  out.extra_trust = pem_source(nullptr, o.extra_ca);
  out.request_client_certificate = o.request_cert != 0;
  out.verify_server = o.reject_unauthorized != 0;
  out.verify_client = o.request_cert != 0 && o.reject_unauthorized != 0;
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
  std::memcpy(out.secret, config.engine.secret, sizeof(out.secret));
  out.keylog = o.keylog;
  out.keylog_user = o.keylog_user;
  out.log = config.log;
}

void fill_engine(ContextConfig& config, const us_quic_socket_context_options_t& o) {
  engine::Config& out = config.engine;
  out.log = config.log;
  if (o.random != nullptr) out.random = RandomSource(o.random, o.random_user);
  if (o.secret != nullptr) {
    std::memcpy(out.secret, o.secret, sizeof(out.secret));
  } else {
    out.random.fill(out.secret);
  }
  out.server_id.assign(o.server_id, o.server_id + o.server_id_length);
  if (o.worker_index >= 0) out.worker_index = static_cast<std::uint8_t>(o.worker_index);
  out.worker_count = o.worker_count;
  out.idle_timeout = std::chrono::milliseconds(o.idle_timeout_ms);
  out.handshake_timeout = std::chrono::milliseconds(o.handshake_timeout_ms);
  out.keep_alive = std::chrono::milliseconds(o.keep_alive_ms);
  out.max_data = o.max_data;
  out.max_data_limit = o.max_data_limit;
  out.max_stream_data = o.max_stream_data;
  out.max_stream_data_limit = o.max_stream_data_limit;
  out.send_buffer_bytes = o.send_buffer_bytes;
  out.max_streams_bidi = o.max_streams_bidi;
  out.max_streams_uni = o.max_streams_uni;
  out.max_header_list_size = o.max_header_list_size;
  out.http_idle_timeout = std::chrono::milliseconds(o.http_idle_timeout_ms);
  out.header_timeout = std::chrono::milliseconds(o.header_timeout_ms);
  out.max_stream_resets_per_second = o.max_stream_resets_per_second;
  out.max_control_frames_per_second = o.max_control_frames_per_second;
  out.max_handshakes = o.max_handshakes;
  out.max_handshakes_per_address = o.max_handshakes_per_address;
  out.max_udp_payload = o.max_udp_payload;
  out.datagrams = o.datagrams != 0;
  out.congestion = static_cast<engine::Congestion>(o.congestion);
  out.address_validation = static_cast<engine::AddressValidation>(o.address_validation);
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
  fill_engine(config, o);
  fill_tls(config, o);
  return config;
}

}  // namespace usquic::quic

us_quic_socket_context_options_t us_quic_default_options(void) {
  us_quic_socket_context_options_t o{};
  o.struct_size = sizeof(o);
  o.reject_unauthorized = -1;
  o.worker_index = -1;
  o.idle_timeout_ms = 30000;
  o.handshake_timeout_ms = 10000;
  o.max_data = std::uint64_t{1} << 20;
  o.max_data_limit = std::uint64_t{24} << 20;
  o.max_stream_data = std::uint64_t{256} << 10;
  o.max_stream_data_limit = std::uint64_t{16} << 20;
  o.send_buffer_bytes = std::size_t{1} << 20;
  o.max_streams_bidi = 100;
  o.max_streams_uni = 100;
  o.max_header_list_size = std::size_t{64} << 10;
  o.header_timeout_ms = 10000;
  o.http_idle_timeout_ms = 75000;
  o.max_stream_resets_per_second = 100;
  o.max_control_frames_per_second = 100;
  o.max_handshakes = 5000;
  o.max_handshakes_per_address = 2000;
  o.max_udp_payload = 1452;
  o.congestion = US_QUIC_CONGESTION_CUBIC;
  o.address_validation = US_QUIC_ADDRESS_VALIDATION_UNDER_LOAD;
  o.log_level = US_QUIC_LOG_WARNING;
  return o;
}
