// What JavaScript calls for quic().
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "calls.h"
#include "identity.h"
#include "server_identities.h"
#include "sockets.h"

namespace usquic::node {
namespace {

napi_value create_context(Arguments& arguments, Worker& worker) {
  const Options given(arguments.env(), arguments.value(0));
  Sockets::ContextOptions options{.identity = Identity(arguments.env(), given),
                                  .alpn = given.texts("alpn"),
                                  .idle_timeout_ms = number<unsigned int>(given, "idleTimeoutMs"),
                                  .handshake_timeout_ms = number<unsigned int>(given, "handshakeTimeoutMs"),
                                  .keep_alive_ms = number<unsigned int>(given, "keepAliveMs"),
                                  .max_streams = number<std::uint64_t>(given, "maxStreams"),
                                  .takes_datagrams = given.flag("datagrams")};
  const IdentityChange names(given);
  const std::uint32_t id = worker.new_id();
  ask(arguments, worker, [&](std::string& detail) {
    Sockets& sockets = worker.sockets();
    if (const int error = sockets.create_context(id, options, detail); error != US_QUIC_OK) return error;
    const int error = names.apply_to(sockets.native(id), worker.last_error(), detail);
    if (error != US_QUIC_OK) sockets.close_context(id);
    return error;
  });
  return id_to_js(arguments, id);
}

napi_value listen(Arguments& arguments, Worker& worker) {
  const std::uint32_t id = arguments.id(0);
  const auto host = arguments.text_or_null(1);
  const int port = arguments.port(2);
  const bool reuses_port = arguments.flag(3);
  int bound = 0;
  ask(arguments, worker, [&](std::string&) {
    return worker.sockets().listen(id, host ? host->c_str() : nullptr, port, reuses_port, bound);
  });
  return to_js(arguments.env(), static_cast<double>(bound));
}

napi_value connect(Arguments& arguments, Worker& worker) {
  const std::uint32_t id = worker.new_id();
  worker.post([&worker, id, context = arguments.id(0), host = arguments.text(1), port = arguments.port(2)] {
    worker.sockets().connect(context, id, host, port);
  });
  return id_to_js(arguments, id);
}

napi_value close_context(Arguments& arguments, Worker& worker) {
  worker.post([&worker, id = arguments.id(0)] { worker.sockets().close_context(id); });
  return nullptr;
}

napi_value close_connection(Arguments& arguments, Worker& worker) {
  worker.post([&worker, id = arguments.id(0)] { worker.sockets().close_connection(id); });
  return nullptr;
}

napi_value create_stream(Arguments& arguments, Worker& worker) {
  const std::uint32_t id = worker.new_id();
  const auto direction = arguments.flag(1) ? Sockets::Direction::out : Sockets::Direction::both;
  worker.post([&worker, id, connection = arguments.id(0), direction] {
    worker.sockets().create_stream(connection, id, direction);
  });
  return id_to_js(arguments, id);
}

napi_value write(Arguments& arguments, Worker& worker) {
  worker.post([&worker, id = arguments.id(0), bytes = arguments.bytes(1)]() mutable {
    worker.sockets().write(id, std::move(bytes));
  });
  return nullptr;
}

napi_value end_stream(Arguments& arguments, Worker& worker) {
  worker.post([&worker, id = arguments.id(0)] { worker.sockets().end_stream(id); });
  return nullptr;
}

template <Sockets::Side side>
napi_value give_up(Arguments& arguments, Worker& worker) {
  worker.post([&worker, id = arguments.id(0), code = static_cast<std::uint64_t>(arguments.number(1))] {
    worker.sockets().give_up(id, side, code);
  });
  return nullptr;
}

napi_value send_datagram(Arguments& arguments, Worker& worker) {
  worker.post([&worker, id = arguments.id(0), bytes = arguments.bytes(1)] {
    worker.sockets().send_datagram(id, bytes);
  });
  return nullptr;
}

napi_value max_datagram_size(Arguments& arguments, Worker& worker) {
  const std::size_t size =
      worker.ask([&worker, id = arguments.id(0)] { return worker.sockets().max_datagram_size(id); });
  return to_js(arguments.env(), static_cast<double>(size));
}

napi_value datagrams_taken(Arguments& arguments, Worker& worker) {
  worker.post([&worker, id = arguments.id(0), datagrams = static_cast<std::size_t>(arguments.number(1)),
               bytes = static_cast<std::size_t>(arguments.number(2))] {
    worker.sockets().datagrams_taken(id, datagrams, bytes);
  });
  return nullptr;
}

}  // namespace

void add_quic_entries(Entries& entries) {
  entries.insert(
      entries.end(),
      {entry("createContext", enter<create_context>), entry("listen", enter<listen>),
       entry("connect", enter<connect>), entry("closeContext", enter<close_context>),
       entry("closeConnection", enter<close_connection>), entry("createStream", enter<create_stream>),
       entry("write", enter<write>), entry("endStream", enter<end_stream>),
       entry("closeStream", enter<give_up<Sockets::Side::both>>),
       entry("resetStream", enter<give_up<Sockets::Side::sending>>),
       entry("stopStream", enter<give_up<Sockets::Side::receiving>>),
       entry("sendDatagram", enter<send_datagram>), entry("maxDatagramSize", enter<max_datagram_size>),
       entry("datagramsTaken", enter<datagrams_taken>)});
}

}  // namespace usquic::node
