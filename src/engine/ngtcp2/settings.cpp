#include "engine/ngtcp2/settings.h"

#include <algorithm>

namespace usquic::engine::ngtcp2 {
namespace {

// Payload sizes worth a probe: Ethernet below IPv6, common tunnels, Ethernet below IPv4, jumbo frames,
// loopback. A larger size that worked makes ngtcp2 skip the smaller ones, so the likely ones come first.
constexpr std::uint16_t probe_sizes[] = {1452, 1352, 1232, 1472, 4048, 8952, 16332, 32700};

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
    : config_(config),
      random_(random),
      // An IPv4 datagram holds 65,507 bytes at most.
      max_udp_payload_(std::clamp<std::size_t>(config.max_udp_payload, NGTCP2_MAX_UDP_PAYLOAD_SIZE, 65507)) {
  for (const std::uint16_t size : probe_sizes) {
    if (size <= max_udp_payload_) probes_.push_back(size);
  }
  const auto largest = static_cast<std::uint16_t>(max_udp_payload_);
  if (largest > NGTCP2_MAX_UDP_PAYLOAD_SIZE && std::ranges::find(probes_, largest) == probes_.end()) {
    probes_.push_back(largest);
  }
}

ngtcp2_settings TransportSettings::settings(TimePoint now) const {
  ngtcp2_settings s;
  ngtcp2_settings_default(&s);
  s.cc_algo = algorithm(config_.congestion);
  s.initial_ts = nanoseconds_since_epoch(now);
  s.max_tx_udp_payload_size = max_udp_payload_;
  s.rand_ctx.native_handle = const_cast<RandomSource*>(&random_);
  s.max_window = varint(std::max(config_.max_data_limit, config_.max_data));
  s.max_stream_window = varint(std::max(config_.max_stream_data_limit, config_.max_stream_data));
  s.handshake_timeout =
      config_.handshake_timeout.count() > 0 ? duration(config_.handshake_timeout) : UINT64_MAX;
  s.preferred_versions = versions.data();
  s.preferred_versionslen = versions.size();
  s.available_versions = versions.data();
  s.available_versionslen = versions.size();
  s.no_pmtud = probes_.empty() ? 1 : 0;
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
