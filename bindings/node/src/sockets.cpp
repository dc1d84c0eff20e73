#include "sockets.h"

#include <netdb.h>
#include <sys/socket.h>

#include <array>
#include <string>
#include <utility>

#include "socket_stream.h"
#include "worker.h"

namespace usquic::node {

namespace {

// A context's ext memory.
struct Owner {
  Sockets* sockets;
  std::uint32_t id;
};

Owner& owner_of(us_quic_socket_context_t* context) {
  return *static_cast<Owner*>(us_quic_socket_context_ext(context));
}

struct Address {
  std::string ip;
  int port = 0;
};

Address remote_address(us_quic_connection_t* c) {
  sockaddr_storage storage{};
  auto* address = reinterpret_cast<sockaddr*>(&storage);
  const int length = us_quic_connection_remote_address(c, address, sizeof storage);
  std::array<char, NI_MAXHOST> ip{};
  std::array<char, NI_MAXSERV> port{};
  constexpr int flags = NI_NUMERICHOST | NI_NUMERICSERV | NI_DGRAM;
  if (length <= 0 || getnameinfo(address, static_cast<socklen_t>(length), ip.data(), ip.size(), port.data(),
                                 port.size(), flags) != 0) {
    return {};
  }
  return {ip.data(), std::stoi(port.data())};
}

std::string connection_id_text(us_quic_connection_t* c) {
  constexpr std::size_t longest = 20;  // RFC 9000 section 17.2
  std::array<std::uint8_t, longest> id{};
  const int length = us_quic_connection_id(c, id.data(), id.size());
  std::string text;
  for (int i = 0; i < length; ++i) {
    constexpr std::string_view digits = "0123456789abcdef";
    const std::uint8_t byte = id[static_cast<std::size_t>(i)];
    text += {digits[byte >> 4], digits[byte & 15]};
  }
  return text;
}

}  // namespace

Sockets::Sockets(Worker& worker) : worker_(worker) {}

Sockets::~Sockets() = default;

void Sockets::shut() {
  for (auto& [id, context] : std::exchange(contexts_, {})) us_quic_socket_context_free(context.handle);
}

Sockets& Sockets::of(us_quic_socket_context_t* context) {
  return *owner_of(context).sockets;
}

std::uint32_t Sockets::context_id(us_quic_connection_t* c) {
  return owner_of(us_quic_connection_context(c)).id;
}

Sockets::Stream*& Sockets::stream_slot(us_quic_stream_t* s) {
  return *static_cast<Stream**>(us_quic_stream_ext(s));
}

std::uint32_t& Sockets::id_slot(us_quic_connection_t* c) {
  return *static_cast<std::uint32_t*>(us_quic_connection_ext(c));
}

int Sockets::create_context(std::uint32_t id, const ContextOptions& options, std::string& detail) {
  us_quic_socket_context_options_t quic = US_QUIC_OPTIONS_INIT;
  std::vector<const char*> alpn;
  for (const std::string& name : options.alpn) alpn.push_back(name.c_str());
  quic.alpn = alpn.data();
  quic.alpn_count = alpn.size();
  quic.connection_ext_size = sizeof(std::uint32_t);
  quic.stream_ext_size = sizeof(Stream*);
  quic.idle_timeout_ms = options.idle_timeout_ms.value_or(quic.idle_timeout_ms);
  quic.handshake_timeout_ms = options.handshake_timeout_ms.value_or(quic.handshake_timeout_ms);
  quic.keep_alive_ms = options.keep_alive_ms.value_or(quic.keep_alive_ms);
  quic.max_streams_bidi = options.max_streams.value_or(quic.max_streams_bidi);
  quic.max_streams_uni = options.max_streams.value_or(quic.max_streams_uni);
  quic.datagrams = options.takes_datagrams ? 1 : 0;
  options.identity.apply_to(quic);
  worker_.last_error().attach_to(quic);
  int error = US_QUIC_OK;
  us_quic_socket_context_t* context =
      us_create_quic_socket_context(worker_.loop().native(), &quic, sizeof(Owner), &error);
  if (context == nullptr) {
    detail = worker_.last_error().text;
    return error;
  }
  owner_of(context) = {this, id};
  set_callbacks(context);
  contexts_.emplace(id, Context{.handle = context, .connections = {}});
  return US_QUIC_OK;
}

int Sockets::listen(std::uint32_t id, const char* host, int port, bool reuses_port, int& bound) {
  const auto found = contexts_.find(id);
  if (found == contexts_.end()) return US_QUIC_E_CLOSED;
  const us_quic_listen_options_t options{.struct_size = sizeof(us_quic_listen_options_t),
                                         .reuse_port = reuses_port ? 1 : 0,
                                         .ipv6_only = 0,
                                         .stream_ext_size = 0};
  int error = US_QUIC_OK;
  us_quic_listen_socket_t* socket = us_quic_socket_context_listen(found->second.handle, host, port, &options,
                                                                  sizeof(std::uint32_t), &error);
  if (socket == nullptr) return error;
  *static_cast<std::uint32_t*>(us_quic_socket_ext(socket)) = id;
  bound = us_quic_listen_socket_port(socket);
  return US_QUIC_OK;
}

us_quic_socket_context_t* Sockets::native(std::uint32_t context) const {
  const auto found = contexts_.find(context);
  return found != contexts_.end() ? found->second.handle : nullptr;
}

void Sockets::connect(std::uint32_t context, std::uint32_t id, const std::string& host, int port) {
  const auto found = contexts_.find(context);
  int error = US_QUIC_E_CLOSED;
  us_quic_connection_t* connection = nullptr;
  if (found != contexts_.end()) {
    connection = us_quic_socket_context_connect(found->second.handle, host.c_str(), port,
                                                sizeof(std::uint32_t), &error);
  }
  if (connection == nullptr) {
    worker_.emit(Event("close", id, error, 0, "", false));
    return;
  }
  remember(connection, id, context);
}

void Sockets::remember(us_quic_connection_t* c, std::uint32_t id, std::uint32_t context) {
  id_slot(c) = id;
  connections_.emplace(id, Connection{.handle = c, .context = context, .streams = {}, .datagrams = {}});
  contexts_.at(context).connections.insert(id);
}

Sockets::Connection* Sockets::find_connection(std::uint32_t id) {
  const auto found = connections_.find(id);
  return found != connections_.end() ? &found->second : nullptr;
}

void Sockets::create_stream(std::uint32_t connection, std::uint32_t id, Direction direction) {
  const Connection* found = find_connection(connection);
  int error = US_QUIC_E_CLOSED;
  us_quic_stream_t* stream = nullptr;
  if (found != nullptr) {
    const auto create = direction == Direction::both ? us_quic_connection_create_stream
                                                     : us_quic_connection_create_uni_stream;
    stream = create(found->handle, sizeof(Stream*), &error);
  }
  if (stream == nullptr) {
    worker_.emit(Event("streamClose", id, error, 0));
    return;
  }
  adopt(stream, id);
}

Sockets::Stream& Sockets::adopt(us_quic_stream_t* s, std::uint32_t id) {
  auto stream = std::make_unique<Stream>();
  stream->id = id;
  stream->handle = s;
  stream_slot(s) = stream.get();
  find_connection(id_slot(us_quic_stream_connection(s)))->streams.insert(id);
  return *streams_.emplace(id, std::move(stream)).first->second;
}

Sockets::Stream* Sockets::find_stream(std::uint32_t id) {
  const auto found = streams_.find(id);
  return found != streams_.end() ? found->second.get() : nullptr;
}

void Sockets::write(std::uint32_t id, std::string bytes) {
  Stream* stream = find_stream(id);
  if (stream == nullptr || stream->is_ending || bytes.empty()) return;
  stream->has_written = true;
  stream->unsent.push_back(std::move(bytes));
  pump(*stream);
}

void Sockets::end_stream(std::uint32_t id) {
  Stream* stream = find_stream(id);
  if (stream == nullptr || std::exchange(stream->is_ending, true)) return;
  pump(*stream);
}

// Gives the stream what it takes; on_stream_writable says when to go on.
void Sockets::pump(Stream& stream) {
  std::size_t sent = 0;
  while (!stream.unsent.empty()) {
    const std::string_view left = std::string_view(stream.unsent.front()).substr(stream.front_sent);
    const std::ptrdiff_t taken = us_quic_stream_write(stream.handle, left.data(), left.size());
    if (taken < 0) break;  // its end is told
    sent += static_cast<std::size_t>(taken);
    stream.front_sent += static_cast<std::size_t>(taken);
    if (stream.front_sent < stream.unsent.front().size()) break;
    stream.unsent.pop_front();
    stream.front_sent = 0;
  }
  if (sent > 0) worker_.emit(Event("sent", stream.id, sent));
  if (stream.is_ending && stream.unsent.empty()) us_quic_stream_shutdown(stream.handle);
}

void Sockets::give_up(std::uint32_t id, Side side, std::uint64_t code) {
  Stream* stream = find_stream(id);
  if (stream == nullptr) return;
  if (side != Side::receiving) {
    stream->is_ending = true;
    stream->unsent.clear();
    stream->front_sent = 0;
  }
  switch (side) {
    case Side::sending:
      us_quic_stream_reset(stream->handle, code);
      break;
    case Side::receiving:
      us_quic_stream_stop(stream->handle, code);
      break;
    case Side::both:
      us_quic_stream_close_with(stream->handle, code);
      break;
  }
}

void Sockets::consumed(std::uint32_t id, std::size_t bytes) {
  Stream* stream = find_stream(id);
  if (stream != nullptr && stream->backlog.take(bytes)) us_quic_stream_resume(stream->handle);
}

void Sockets::set_callbacks(us_quic_socket_context_t* context) {
  set_connection_callbacks(context);
  set_stream_callbacks(context);
  set_stream_end_callbacks(context);
  set_datagram_callback(context);
}

void Sockets::set_connection_callbacks(us_quic_socket_context_t* context) {
  us_quic_socket_context_on_open(context, [](us_quic_connection_t* c, int is_client) {
    Sockets& self = of(us_quic_connection_context(c));
    if (is_client != 0) {
      self.worker_.emit(Event("open", id_slot(c), us_quic_connection_alpn(c), connection_id_text(c),
                              us_quic_connection_is_resumed(c) != 0,
                              Event::bytes_or_false(us_quic_connection_peer_certificate(c)),
                              us_quic_connection_is_authorized(c) != 0,
                              us_quic_connection_max_datagram_size(c)));
      return;
    }
    self.take_connection(c);
  });
  us_quic_socket_context_on_close(context, [](us_quic_connection_t* c, const us_quic_close_info_t* info) {
    of(us_quic_connection_context(c)).tell_close(c, *info);
  });
}

// A server's new connection; one that was under way when the server closed is closed too.
void Sockets::take_connection(us_quic_connection_t* c) {
  const auto context = contexts_.find(context_id(c));
  if (context == contexts_.end() || context->second.is_closing)
    return us_quic_connection_close(c, 0, nullptr);
  const std::uint32_t id = worker_.new_id();
  remember(c, id, context->first);
  const auto listener = *static_cast<std::uint32_t*>(us_quic_socket_ext(us_quic_connection_socket(c)));
  const Address address = remote_address(c);
  worker_.emit(Event("accept", listener, id, address.ip, address.port, us_quic_connection_server_name(c),
                     connection_id_text(c), Event::bytes_or_false(us_quic_connection_peer_certificate(c)),
                     us_quic_connection_is_authorized(c) != 0, us_quic_connection_is_resumed(c) != 0,
                     us_quic_connection_max_datagram_size(c)));
}

void Sockets::set_stream_callbacks(us_quic_socket_context_t* context) {
  us_quic_socket_context_on_stream_open(context, [](us_quic_stream_t* s, int is_client) {
    Sockets& self = of(us_quic_stream_context(s));
    if (is_client != 0) {
      if (const Stream* stream = stream_slot(s)) {
        self.worker_.emit(Event("streamOpen", stream->id, us_quic_stream_id(s)));
      }
      return;
    }
    self.take_stream(s);
  });
  us_quic_socket_context_on_stream_data(context, [](us_quic_stream_t* s, const void* data,
                                                    std::size_t length) {
    Stream* stream = stream_slot(s);
    if (stream == nullptr || stream->is_dropping) return;
    of(us_quic_stream_context(s))
        .worker_.emit(Event("data", stream->id, Bytes{std::string(static_cast<const char*>(data), length)}));
    if (stream->backlog.add(length)) us_quic_stream_pause(s);
  });
  us_quic_socket_context_on_stream_writable(context, [](us_quic_stream_t* s) {
    if (Stream* stream = stream_slot(s)) of(us_quic_stream_context(s)).pump(*stream);
  });
}

// A stream that the peer opened; nobody is there for it any more while the connection closes.
void Sockets::take_stream(us_quic_stream_t* s) {
  const std::uint32_t connection = id_slot(us_quic_stream_connection(s));
  const Connection* found = find_connection(connection);
  if (found == nullptr || found->patience != nullptr) return us_quic_stream_close_with(s, 0);
  const Stream& stream = adopt(s, worker_.new_id());
  worker_.emit(Event("stream", connection, stream.id, us_quic_stream_id(s),
                     us_quic_stream_is_unidirectional(s) != 0, us_quic_stream_is_early(s) != 0));
}

void Sockets::set_stream_end_callbacks(us_quic_socket_context_t* context) {
  us_quic_socket_context_on_stream_end(context, [](us_quic_stream_t* s) {
    if (const Stream* stream = stream_slot(s)) {
      of(us_quic_stream_context(s)).worker_.emit(Event("end", stream->id));
    }
  });
  us_quic_socket_context_on_stream_reset(context, [](us_quic_stream_t* s, std::uint64_t code) {
    if (const Stream* stream = stream_slot(s)) {
      of(us_quic_stream_context(s)).worker_.emit(Event("reset", stream->id, static_cast<double>(code)));
    }
  });
  us_quic_socket_context_on_stream_stop(context, [](us_quic_stream_t* s, std::uint64_t code) {
    if (const Stream* stream = stream_slot(s)) {
      of(us_quic_stream_context(s)).worker_.emit(Event("stop", stream->id, static_cast<double>(code)));
    }
  });
  us_quic_socket_context_on_stream_close(
      context, [](us_quic_stream_t* s, const us_quic_stream_close_info_t* info) {
        Stream* stream = std::exchange(stream_slot(s), nullptr);
        if (stream == nullptr) return;
        Sockets& self = of(us_quic_stream_context(s));
        self.worker_.emit(Event("streamClose", stream->id, info->reason, static_cast<double>(info->code)));
        if (Connection* connection = self.find_connection(id_slot(us_quic_stream_connection(s)))) {
          connection->streams.erase(stream->id);
        }
        self.streams_.erase(stream->id);
      });
}

}  // namespace usquic::node
