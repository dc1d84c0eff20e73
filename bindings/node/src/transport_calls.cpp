// What JavaScript calls for WebTransport.
#include <cstdint>
#include <string>
#include <utility>

#include "calls.h"
#include "http_clients.h"
#include "http_servers.h"
#include "web_transports.h"

namespace usquic::node {
namespace {

// transportConnect(client, url, fields)
napi_value connect_session(Arguments& arguments, Worker& worker) {
  const std::uint32_t id = worker.new_id();
  worker.post([&worker, id, client = arguments.id(0), url = arguments.text(1),
               fields = arguments.byte_strings(2).values] {
    worker.clients().connect_transport(client, id, url, fields);
  });
  return id_to_js(arguments, id);
}

// transportAccept(request): the session's id
napi_value accept(Arguments& arguments, Worker& worker) {
  const std::uint32_t id = worker.new_id();
  worker.post([&worker, id, request = arguments.id(0)] { worker.servers().accept_transport(request, id); });
  return id_to_js(arguments, id);
}

// transportClose(session, code, reason)
napi_value close(Arguments& arguments, Worker& worker) {
  worker.post([&worker, id = arguments.id(0), code = arguments.id(1), reason = arguments.text(2)] {
    worker.transports().close(id, code, reason);
  });
  return nullptr;
}

// transportSendDatagram(session, bytes)
napi_value send_session_datagram(Arguments& arguments, Worker& worker) {
  worker.post([&worker, id = arguments.id(0), bytes = arguments.bytes(1)] {
    worker.transports().send_datagram(id, bytes);
  });
  return nullptr;
}

// transportDatagramsTaken(session, count, bytes)
napi_value session_datagrams_taken(Arguments& arguments, Worker& worker) {
  worker.post([&worker, id = arguments.id(0), datagrams = static_cast<std::size_t>(arguments.number(1)),
               bytes = static_cast<std::size_t>(arguments.number(2))] {
    worker.transports().datagrams_taken(id, datagrams, bytes);
  });
  return nullptr;
}

// transportCreateStream(session, isUnidirectional): the stream's id
napi_value create_session_stream(Arguments& arguments, Worker& worker) {
  const std::uint32_t id = worker.new_id();
  const auto direction = arguments.flag(1) ? WebTransports::Direction::out : WebTransports::Direction::both;
  worker.post([&worker, id, session = arguments.id(0), direction] {
    worker.transports().create_stream(session, id, direction);
  });
  return id_to_js(arguments, id);
}

// transportWrite(stream, bytes)
napi_value write_to_session_stream(Arguments& arguments, Worker& worker) {
  worker.post(
      [&worker, id = arguments.id(0), bytes = arguments.bytes(1)] { worker.transports().write(id, bytes); });
  return nullptr;
}

// Of a stream alone.
template <void (WebTransports::*function)(std::uint32_t)>
napi_value tell(Arguments& arguments, Worker& worker) {
  worker.post([&worker, id = arguments.id(0)] { (worker.transports().*function)(id); });
  return nullptr;
}

// Of a stream and a code.
template <void (WebTransports::*function)(std::uint32_t, std::uint32_t)>
napi_value give_up(Arguments& arguments, Worker& worker) {
  worker.post(
      [&worker, id = arguments.id(0), code = arguments.id(1)] { (worker.transports().*function)(id, code); });
  return nullptr;
}

}  // namespace

void add_transport_entries(Entries& entries) {
  entries.insert(
      entries.end(),
      {entry("transportConnect", enter<connect_session>), entry("transportAccept", enter<accept>),
       entry("transportClose", enter<close>), entry("transportSendDatagram", enter<send_session_datagram>),
       entry("transportDatagramsTaken", enter<session_datagrams_taken>),
       entry("transportCreateStream", enter<create_session_stream>),
       entry("transportWrite", enter<write_to_session_stream>),
       entry("transportRead", enter<tell<&WebTransports::read>>),
       entry("transportEnd", enter<tell<&WebTransports::end>>),
       entry("transportReset", enter<give_up<&WebTransports::reset>>),
       entry("transportStop", enter<give_up<&WebTransports::stop>>)});
}

}  // namespace usquic::node
