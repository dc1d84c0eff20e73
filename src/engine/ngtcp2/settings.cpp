#include "engine/ngtcp2/settings.h"

#include <algorithm>

namespace usquic::engine::ngtcp2 {
namespace {

// Payload sizes worth a probe: Ethernet below IPv6, then common tunnels.
constexpr std::uint16_t common_sizes[] = {1452, 1352, 1232};
// Loopback (two of them are a full run), jumbo frames, Ethernet below IPv4. ngtcp2 passes over those above what
// the connection may send, over smaller ones than one that worked, and over larger ones than one that failed.
constexpr std::uint16_t large_sizes[] = {32700, 16332, 8952, 4048, 1472};

// Without Config::max_udp_payload. Larger datagrams to other machines are a matter of the networks on the way,
// and each probe that fails there takes the place of data.
constexpr std::size_t usual_payload = common_sizes[0];
constexpr std::size_t local_payload = large_sizes[0];
// An IPv4 datagram holds no more.
constexpr std::size_t largest_payload = 65507;

// A stream count above 2^60 cannot be encoded (RFC 9000 section 4.6).
constexpr std::uint64_t max_stream_count = 1ULL << 60;

std::uint64_t varint(std::uint64_t value) {
  return std::min<std::uint64_t>(value, NGTCP2_MAX_VARINT);
}

ngtcp2_duration duration(Duration d) {
  return d.count() > 0 ? static_cast<ngtcp2_duration>(d.count()) : 0;
}

ngtcp2_cc_algo algorithm(Congestion congestion) {
  switch (congestion) {
    case Congestion::reno:
      return NGTCP2_CC_ALGO_RENO;
    case Congestion::bbr:
      return NGTCP2_CC_ALGO_BBR;
    case Congestion::cubic:
      break;
  }
  return NGTCP2_CC_ALGO_CUBIC;
}

}  // namespace

TransportSettings::TransportSettings(const Config& config, const RandomSource& random)
    : config_(config), random_(random), probes_(std::begin(common_sizes), std::end(common_sizes)) {
  const auto wanted = static_cast<std::uint16_t>(std::min(config.max_udp_payload, largest_payload));
  if (wanted > NGTCP2_MAX_UDP_PAYLOAD_SIZE) probes_.push_back(wanted);
  probes_.insert(probes_.end(), std::begin(large_sizes), std::end(large_sizes));
}

std::size_t TransportSettings::max_udp_payload(const EventHandler& events, const Path& path) const {
  if (config_.max_udp_payload > 0) {
    return std::clamp<std::size_t>(config_.max_udp_payload, NGTCP2_MAX_UDP_PAYLOAD_SIZE, largest_payload);
  }
  return std::clamp(events.payload_within_machine(path), usual_payload, local_payload);
}

ngtcp2_settings TransportSettings::settings(TimePoint now, std::size_t max_udp_payload) const {
  ngtcp2_settings s;
  ngtcp2_settings_default(&s);
  s.cc_algo = algorithm(config_.congestion);
  s.initial_ts = nanoseconds_since_epoch(now);
  s.max_tx_udp_payload_size = max_udp_payload;
  s.rand_ctx.native_handle = const_cast<RandomSource*>(&random_);
  s.max_window = varint(std::max(config_.max_data_limit, config_.max_data));
  s.max_stream_window = varint(std::max(config_.max_stream_data_limit, config_.max_stream_data));
  s.handshake_timeout =
      config_.handshake_timeout.count() > 0 ? duration(config_.handshake_timeout) : UINT64_MAX;
  s.preferred_versions = versions.data();
  s.preferred_versionslen = versions.size();
  s.available_versions = versions.data();
  s.available_versionslen = versions.size();
  s.no_pmtud = max_udp_payload <= NGTCP2_MAX_UDP_PAYLOAD_SIZE ? 1 : 0;
  s.pmtud_probes = probes_.data();
  s.pmtud_probeslen = probes_.size();
  return s;
}

ngtcp2_transport_params TransportSettings::parameters() const {
  ngtcp2_transport_params p;
  ngtcp2_transport_params_default(&p);
  p.initial_max_data = varint(config_.max_data);
  p.initial_max_stream_data_bidi_local = varint(config_.max_stream_data);
  p.initial_max_stream_data_bidi_remote = varint(config_.max_stream_data);
  p.initial_max_stream_data_uni = varint(config_.max_stream_data);
  p.initial_max_streams_bidi = std::min(config_.max_streams_bidi, max_stream_count);
  p.initial_max_streams_uni = std::min(config_.max_streams_uni, max_stream_count);
  p.max_idle_timeout = duration(config_.idle_timeout);
  p.active_connection_id_limit = 4;
  p.max_datagram_frame_size = config_.datagrams ? 65535 : 0;
  p.grease_quic_bit = 1;
  return p;
}

}  // namespace usquic::engine::ngtcp2
