// Datagrams (RFC 9221) of quic() connections, there and back.
#include "sockets.h"
#include "worker.h"

namespace usquic::node {

void Sockets::set_datagram_callback(us_quic_socket_context_t* context) {
  us_quic_socket_context_on_datagram(
      context, [](us_quic_connection_t* c, const void* data, std::size_t length) {
        Sockets& self = of(us_quic_connection_context(c));
        Connection* connection = self.find_connection(id_slot(c));
        if (connection == nullptr || connection->patience != nullptr || !connection->datagrams.add(length))
          return;
        self.worker_.emit(
            Event("datagram", id_slot(c), Bytes{std::string(static_cast<const char*>(data), length)}));
      });
}

void Sockets::send_datagram(std::uint32_t id, const std::string& bytes) {
  const Connection* connection = find_connection(id);
  if (connection == nullptr) return;
  const int error = us_quic_connection_send_datagram(connection->handle, bytes.data(), bytes.size());
  worker_.emit(Event("datagramSent", id, error == US_QUIC_OK, max_datagram_size(id)));
}

std::size_t Sockets::max_datagram_size(std::uint32_t id) {
  const Connection* connection = find_connection(id);
  return connection != nullptr ? us_quic_connection_max_datagram_size(connection->handle) : 0;
}

void Sockets::datagrams_taken(std::uint32_t id, std::size_t datagrams, std::size_t bytes) {
  Connection* connection = find_connection(id);
  if (connection == nullptr) return;
  connection->datagrams.take(datagrams, bytes);
  // Not when one is dropped: who does not keep up is not told more.
  const std::uint64_t dropped = connection->datagrams.take_dropped();
  if (dropped > 0) worker_.emit(Event("datagramsDropped", id, dropped));
}

}  // namespace usquic::node
