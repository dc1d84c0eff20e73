#include "engine/lsquic/settings.h"

#include <algorithm>
#include <chrono>
#include <limits>

namespace usquic::engine::lsquic {
namespace {

// lsquic's bounds (lsquic_engine_check_settings()).
constexpr Duration max_server_handshake = std::chrono::microseconds((1 << 24) - 1);
constexpr std::uint64_t max_idle_seconds = 600;

// The header has `unsigned` for most of them.
unsigned narrow(std::uint64_t value) {
  return static_cast<unsigned>(std::min<std::uint64_t>(value, std::numeric_limits<unsigned>::max()));
}

unsigned long microseconds(Duration d) {
  return static_cast<unsigned long>(std::chrono::duration_cast<std::chrono::microseconds>(d).count());
}

// It counts whole seconds: what is between gets the next one.
unsigned idle_seconds(Duration timeout) {
  if (timeout.count() <= 0) return 0;
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(timeout).count();
  return narrow(std::min<std::uint64_t>(static_cast<std::uint64_t>(seconds), max_idle_seconds));
}

unsigned algorithm(Congestion congestion) {
  constexpr unsigned cubic = 1;
  constexpr unsigned bbr = 2;
  return congestion == Congestion::bbr ? bbr : cubic;  // it has no Reno
}

void set_flow_control(lsquic_engine_settings& s, const Config& config) {
  s.es_init_max_data = narrow(config.max_data);
  s.es_max_cfcw = narrow(std::max(config.max_data, config.max_data_limit));
  const unsigned of_stream = narrow(config.max_stream_data);
  s.es_init_max_stream_data_bidi_local = of_stream;
  s.es_init_max_stream_data_bidi_remote = of_stream;
  s.es_init_max_stream_data_uni = of_stream;
  s.es_max_sfcw = narrow(std::max(config.max_stream_data, config.max_stream_data_limit));
  s.es_init_max_streams_bidi = narrow(config.max_streams_bidi);
}

void set_times(lsquic_engine_settings& s, const Config& config, Role role) {
  s.es_idle_timeout = idle_seconds(config.idle_timeout);
  // Its PINGs go out after half of the idle timeout, and only while there are streams.
  s.es_ping_period = config.keep_alive.count() > 0 ? 1 : 0;
  s.es_noprogress_timeout = 0;
  const Duration handshake = std::max<Duration>(config.handshake_timeout, Duration::zero());
  s.es_handshake_to = microseconds(is_server(role) ? server_handshake_timeout(config) : handshake);
}

}  // namespace

unsigned flags_of(Role role) {
  return (is_server(role) ? LSENG_SERVER : 0U) | (is_http(role) ? LSENG_HTTP : 0U);
}

Duration server_handshake_timeout(const Config& config) {
  const bool is_bounded =
      config.handshake_timeout.count() > 0 && config.handshake_timeout < max_server_handshake;
  return is_bounded ? config.handshake_timeout : max_server_handshake;
}

// lsquic knows one for all paths.
unsigned short max_payload(const Config& config) {
  constexpr std::size_t usual = 1452;
  constexpr std::size_t most = 65507;  // of IPv4
  return static_cast<unsigned short>(config.max_udp_payload == 0 ? usual
                                                                 : std::min(config.max_udp_payload, most));
}

lsquic_engine_settings settings_for(const Config& config, Role role, std::size_t id_bytes) {
  lsquic_engine_settings s;
  lsquic_engine_init_settings(&s, flags_of(role));
  s.es_versions = 1U << LSQVER_I001;
  if (is_server(role)) s.es_versions |= 1U << LSQVER_I002;
  set_flow_control(s, config);
  set_times(s, config, role);
  // Three of the peer's are HTTP/3's own.
  constexpr unsigned critical_streams = 3;
  s.es_init_max_streams_uni = std::max(narrow(config.max_streams_uni), is_http(role) ? critical_streams : 0U);
  s.es_max_header_list_size = narrow(config.max_header_list_size);
  s.es_qpack_dec_max_size = narrow(config.qpack_table_capacity);
  s.es_qpack_dec_max_blocked = narrow(config.qpack_blocked_streams);
  s.es_qpack_enc_max_size = narrow(config.qpack_encoder_table_capacity);
  s.es_cc_algo = algorithm(config.congestion);
  s.es_scid_len = narrow(id_bytes);
  s.es_datagrams = config.datagrams && !is_http(role) ? 1 : 0;
  s.es_max_plpmtu = max_payload(config);
  s.es_max_inchoate = narrow(config.max_handshakes);
  s.es_support_srej = 0;  // else a Retry for each ClientHello that comes in pieces
  s.es_ecn = 1;
  s.es_honor_prst = 1;       // stateless resets of peers
  s.es_send_prst = 0;        // their tokens would be lost with the process
  s.es_silent_close = 1;     // the idle timeout sends nothing (RFC 9000 section 10.1)
  s.es_delay_onclose = 1;    // a stream is over when the peer has it
  s.es_check_tp_sanity = 0;  // small windows are the peer's own affair
  s.es_max_header_sets = 2;  // a response behind an informational one
  // Drafts that never became standards.
  s.es_ql_bits = 0;
  s.es_timestamps = 0;
  return s;
}

}  // namespace usquic::engine::lsquic
