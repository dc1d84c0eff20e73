#include "support/transfer_node.h"

#include <algorithm>
#include <array>

namespace usquic::test {
namespace {

constexpr const char* protocol = "usquic-sim";

engine::Config make_config(const NodeOptions& options) {
  engine::Config config;
  config.idle_timeout = options.idle_timeout;
  config.handshake_timeout = options.handshake_timeout;
  config.max_udp_payload = options.max_udp_payload;
  config.datagrams = true;
  config.address_validation = options.address_validation;
  std::fill(std::begin(config.secret), std::end(config.secret), std::uint8_t{7});
  return config;
}

}  // namespace

std::uint8_t pattern_byte(bool from_client, std::uint64_t offset) {
  return static_cast<std::uint8_t>((offset * 2654435761ULL) >> 13) ^ (from_client ? 0x5a : 0xc3);
}

SimIdentity SimIdentity::make() {
  const Authority authority;
  return {authority.certificate(), leaf_for(authority, {"sim.test"}, KeyType::ed25519)};
}

TransferNode::TransferNode(SimNetwork& network, const SimIdentity& identity, const Address& address,
                           const NodeOptions& options)
    : network_(network), address_(address), options_(options) {
  tls::Options tls_options;
  tls_options.alpn = {protocol};
  if (options.is_server) {
    tls_options.identity.certificate.text = identity.server.certificate;
    tls_options.identity.key.text = identity.server.key;
    tls_options.request_client_certificate = !options.gives_tickets;  // such a server does not resume
  } else {
    tls_options.trust.text = identity.root;
  }
  auto context = tls::create_context(tls_options);
  CHECK(static_cast<bool>(context));
  tls_ = *std::move(context);

  engine::Config config = make_config(options);
  config.tls = tls_.get();
  config.random = network.random_source();
  config.wall_clock = WallClock(
      [](void* net) { return WallTime(static_cast<SimNetwork*>(net)->now().time_since_epoch()); }, &network);
  config.log = Logger(
      [](void* user, int level, const char* message) {
        if (level == static_cast<int>(LogLevel::debug)) {
          static_cast<TransferNode*>(user)->packet_log_.emplace_back(message);
        }
      },
      this, LogLevel::debug);
  auto endpoint = engine::create_endpoint(config, *this);
  CHECK(static_cast<bool>(endpoint));
  endpoint_ = *std::move(endpoint);
  network.attach(*endpoint_, address);
  if (options.is_server) endpoint_->set_accepting(network.path(address, address).socket, true);
}

TransferNode::~TransferNode() = default;

void TransferNode::start(const Address& server) {
  auto connection = endpoint_->connect(network_.now(), network_.path(address_, server), "sim.test", this);
  CHECK(static_cast<bool>(connection));
  connection_ = *connection;
  auto stream = connection_->create_stream(engine::Direction::bidirectional, this);
  CHECK(static_cast<bool>(stream));
  stream_ = *stream;
  send_more();
}

void TransferNode::send_more() {
  std::uint64_t left = options_.max_bytes_per_write;
  std::array<std::uint8_t, 16384> chunk;
  while (written_ < options_.body_bytes && left > 0) {
    const std::size_t length = std::min<std::uint64_t>({chunk.size(), options_.body_bytes - written_, left});
    for (std::size_t i = 0; i < length; ++i) chunk[i] = pattern_byte(!options_.is_server, written_ + i);
    const std::ptrdiff_t accepted = stream_->write({chunk.data(), length});
    if (accepted < 0) return;
    written_ += static_cast<std::uint64_t>(accepted);
    left -= static_cast<std::uint64_t>(accepted);
    if (static_cast<std::size_t>(accepted) < length) return;
  }
  if (!sent_fin_ && written_ == options_.body_bytes) {
    sent_fin_ = true;
    stream_->finish();
  }
}

void TransferNode::on_connection_open(engine::Connection& c) {
  c.user = this;
  connection_ = &c;
}

void TransferNode::on_handshake(engine::Connection& c) {
  connection_ = &c;
}

void TransferNode::on_connection_close(engine::Connection& /*c*/, const us_quic_close_info_t& info) {
  close_info_ = info.error;
  connection_ = nullptr;
}

void TransferNode::on_stream_open(engine::Connection& /*c*/, engine::Stream& s, bool is_local) {
  if (is_local) return;
  s.user = this;
  stream_ = &s;
  send_more();
}

void TransferNode::on_body(engine::Stream& s, Bytes data) {
  for (const std::uint8_t byte : data) {
    content_is_right_ = content_is_right_ && byte == pattern_byte(options_.is_server, received_);
    ++received_;
  }
  s.consume(data.size());
}

void TransferNode::on_end(engine::Stream& /*s*/) {
  received_fin_ = true;
}

void TransferNode::on_writable(engine::Stream& /*s*/) {
  send_more();
}

void TransferNode::on_stream_close(engine::Stream& /*s*/, const us_quic_stream_close_info_t& /*info*/) {}

}  // namespace usquic::test
