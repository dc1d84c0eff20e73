#include "support/scripted_engine.h"

#include <algorithm>
#include <cctype>
#include <chrono>
#include <utility>

#include "http/field_rules.h"
#include "support/frames.h"
#include "support/scripted_connection.h"

namespace usquic::test {

ScriptedEndpoint::ScriptedEndpoint(const engine::Config& config, engine::EventHandler& events)
    : config_(config), events_(events) {}

ScriptedEndpoint::~ScriptedEndpoint() {
  clients_.clear();
  servers_.clear();
  run(releases_);
}

template <class Visit>
void ScriptedEndpoint::for_each(Visit visit) const {
  // By pointer: callbacks may connect.
  std::vector<ScriptedConnection*> all;
  for (const auto& [id, connection] : clients_) all.push_back(connection.get());
  for (const auto& [id, connection] : servers_) all.push_back(connection.get());
  for (ScriptedConnection* connection : all) visit(*connection);
}

void ScriptedEndpoint::run(Scripts& scripts) {
  for (std::function<void()>& script : std::exchange(scripts, {})) script();
}

void ScriptedEndpoint::clean_up() {
  const auto is_dead = [](const auto& entry) { return entry.second->is_dead(); };
  std::erase_if(clients_, is_dead);
  std::erase_if(servers_, is_dead);
  run(releases_);
}

void ScriptedEndpoint::receive(TimePoint, std::span<const engine::Datagram> datagrams) {
  for (const engine::Datagram& datagram : datagrams) receive_one(datagram);
  run(in_receive_);
  clean_up();
}

void ScriptedEndpoint::receive_one(const engine::Datagram& datagram) {
  ++stats_.datagrams_received;
  FrameReader reader(datagram.bytes);
  const auto id = reader.take<std::uint64_t>();
  const bool is_from_client = reader.take<std::uint8_t>() != 0;
  if (reader.is_bad()) {
    ++stats_.datagrams_dropped;
    return;
  }
  Connections& mine = is_from_client ? servers_ : clients_;
  auto found = mine.find(id);
  const Bytes frames = datagram.bytes.subspan(sizeof(id) + 1);
  if (found == mine.end()) {
    const bool is_hello = !frames.empty() && frames[0] == frame_hello;
    void* const socket = datagram.path->socket;
    if (!is_from_client || !is_hello || !(accepting_[socket] || refusing_[socket])) {
      ++stats_.datagrams_dropped;
      return;
    }
    auto made = std::make_unique<ScriptedConnection>(*this, false, id, *datagram.path);
    found = mine.emplace(id, std::move(made)).first;
    if (refusing_[socket]) return found->second->refuse();
  }
  found->second->receive(frames);
}

TimePoint ScriptedEndpoint::deadline() const {
  if (!in_expire_.empty()) return TimePoint::min();
  TimePoint earliest = never;
  for_each([&](ScriptedConnection& c) { earliest = std::min(earliest, c.deadline()); });
  return earliest;
}

void ScriptedEndpoint::expire(TimePoint) {
  const TimePoint now{
      std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now().time_since_epoch())};
  for_each([&](ScriptedConnection& c) { c.expire(now); });
  run(in_expire_);
  clean_up();
}

bool ScriptedEndpoint::wants_flush() const {
  bool wants = !in_flush_.empty();
  for_each([&](ScriptedConnection& c) { wants = wants || (!c.is_blocked_ && c.has_output()); });
  return wants;
}

void ScriptedEndpoint::flush(TimePoint, engine::SendBatch& batch) {
  run(in_flush_);
  for_each([&](ScriptedConnection& c) { c.flush(batch); });
  clean_up();
}

void ScriptedEndpoint::unblocked(void* socket) {
  for_each([&](ScriptedConnection& c) {
    if (c.path().socket == socket) c.is_blocked_ = false;
  });
}

Result<engine::Connection*> ScriptedEndpoint::connect(TimePoint, const engine::Path& path,
                                                      std::string_view server_name, void* user) {
  std::uint64_t id = 0;
  config_.random.fill({reinterpret_cast<std::uint8_t*>(&id), sizeof(id)});
  auto made = std::make_unique<ScriptedConnection>(*this, true, id, path);
  made->user = user;
  made->server_name_ = server_name;
  made->hello_wanted_ = true;
  engine::Connection* connection = made.get();
  clients_.emplace(id, std::move(made));
  return connection;
}

void ScriptedEndpoint::set_accepting(void* socket, bool accepting) {
  accepting_[socket] = accepting;
  refusing_[socket] = false;
}

void ScriptedEndpoint::refuse_new_clients(void* socket) {
  refusing_[socket] = accepting_[socket];
  accepting_[socket] = false;
}

void ScriptedEndpoint::path_failed(TimePoint, const engine::Path& path, int error_number) {
  for_each([&](ScriptedConnection& c) {
    const bool is_its = c.path().socket == path.socket && c.path().remote == path.remote;
    if (is_its && !c.is_open_ && !c.is_closing_) c.path_error_ = error_number;
  });
}

void ScriptedEndpoint::drop_socket(void* socket) {
  const auto is_on_it = [&](const auto& entry) { return entry.second->path().socket == socket; };
  std::erase_if(clients_, is_on_it);
  std::erase_if(servers_, is_on_it);
  accepting_.erase(socket);
  refusing_.erase(socket);
  run(releases_);
}

bool ScriptedEndpoint::has_unsent_close(void* socket) const {
  bool has = false;
  for_each([&](ScriptedConnection& c) { has = has || (c.path().socket == socket && c.close_wanted_); });
  return has;
}

void ScriptedEndpoint::end(engine::Connection& connection, const us_quic_close_info_t& info) {
  static_cast<ScriptedConnection&>(connection).end(info);
}

void ScriptedEndpoint::send_goaway(engine::Connection& connection) {
  static_cast<ScriptedConnection&>(connection).goaway_wanted_ = true;
}

}  // namespace usquic::test

namespace usquic::engine {

// The body alone: scripted streams take no frames.
Result<PreparedResponse> prepare_response(std::span<const us_quic_header_t> fields, Bytes body) {
  if (http::check_section(http::SectionKind::response, fields) != 0) return Error{US_QUIC_E_HEADERS};
  return PreparedResponse{{body.begin(), body.end()}, body.size()};
}

Result<std::unique_ptr<Endpoint>> create_endpoint(const Config& config, EventHandler& events) {
  if (!http3::may_be_added(config.settings, config.webtransport_sessions > 0))
    return Error{US_QUIC_E_INVALID};
  return std::unique_ptr<Endpoint>(std::make_unique<test::ScriptedEndpoint>(config, events));
}

using OwnEndpoint = test::ScriptedEndpoint;

}  // namespace usquic::engine

#include "engine/endpoint_definition.inc"
