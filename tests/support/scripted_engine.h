// A second engine behind src/engine/engine.h, for the tests of the modules above it. It behaves as
// lsquic would: callbacks run inside its packet processing, local streams open (and tell so) while it
// flushes, it opens only bidirectional streams, and it reads its own clock. What it puts on the wire is
// a framing of its own, without encryption or retransmission, so that a client and a server context talk
// over loopback sockets.
//
// Tests can script what it does: let it run functions inside receive(), expire() or flush(), from where they
// call the EventHandler as an engine may.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engine/engine.h"

namespace usquic::test {

class ScriptedConnection;

class ScriptedEndpoint final : public engine::Endpoint {
 public:
  ScriptedEndpoint(const engine::Config& config, engine::EventHandler& events);
  ~ScriptedEndpoint() override;

  // Scripting.
  static ScriptedEndpoint& of(engine::Endpoint& endpoint) { return static_cast<ScriptedEndpoint&>(endpoint); }
  engine::EventHandler& events() { return events_; }
  const engine::Config& config() const { return config_; }
  void run_in_receive(std::function<void()> script) { in_receive_.push_back(std::move(script)); }
  void run_in_expire(std::function<void()> script) { in_expire_.push_back(std::move(script)); }
  void run_in_flush(std::function<void()> script) { in_flush_.push_back(std::move(script)); }
  // The protocol that connections made from now on offer or accept.
  void set_alpn(std::string alpn) { alpn_ = std::move(alpn); }
  // A connection ends with `info`: its streams are told first. Only from a script.
  void end(engine::Connection& connection, const us_quic_close_info_t& info);
  void send_goaway(engine::Connection& connection);
  std::size_t connections() const { return clients_.size() + servers_.size(); }

  // engine::Endpoint
  void receive(TimePoint now, std::span<const engine::Datagram> datagrams);
  TimePoint deadline() const;
  void expire(TimePoint now);
  bool wants_flush() const;
  void flush(TimePoint now, engine::SendBatch& batch);
  void unblocked(void* socket);
  Result<engine::Connection*> connect(TimePoint now, const engine::Path& path, std::string_view server_name,
                                      void* user);
  void set_accepting(void* socket, bool accepting);
  void refuse_new_clients(void* socket);
  bool has_handshakes(void*) const { return false; }  // a hello completes one
  void path_failed(TimePoint now, const engine::Path& path, int error_number);
  void drop_socket(void* socket);
  bool has_unsent_close(void* socket) const;
  // Its datagrams name no worker.
  std::optional<std::uint8_t> worker_of(Bytes) const { return std::nullopt; }
  bool is_new_client(const engine::Datagram&) const { return false; }
  std::size_t connection_id_bytes() const { return 8; }
  const engine::Capabilities& capabilities() const { return capabilities_; }
  void stats(us_quic_context_stats_t& out) const { out = stats_; }

 private:
  friend class ScriptedConnection;
  friend class ScriptedStream;
  using Connections = std::map<std::uint64_t, std::unique_ptr<ScriptedConnection>>;
  using Scripts = std::vector<std::function<void()>>;

  void receive_one(const engine::Datagram& datagram);
  template <class Visit>
  void for_each(Visit visit) const;
  static void run(Scripts& scripts);
  // Frees what ended, and runs release functions of bytes that are done with.
  void clean_up();

  engine::Config config_;
  engine::EventHandler& events_;
  std::string alpn_ = "h3";
  engine::Capabilities capabilities_{.datagrams = true,
                                     .error_codes = true,
                                     .peer_settings = true,
                                     .stream_datagrams = true,
                                     .handshake_refusals = true};
  us_quic_context_stats_t stats_{};
  std::map<void*, bool> accepting_;
  std::map<void*, bool> refusing_;
  Connections clients_;
  Connections servers_;
  Scripts in_receive_;
  Scripts in_expire_;
  Scripts in_flush_;
  Scripts releases_;
};

}  // namespace usquic::test
