#include "integration/http/http1_client.h"

#include <stdexcept>

namespace usquic::test {

Http1Client::Http1Client(int port, const std::string& alpn) {
  TlsStreamClient::Options options;
  options.server_name = "localhost";
  options.alpn = {alpn};
  socket_ = TlsSocket::connect(port, options);
  if (socket_ == nullptr) throw std::runtime_error("nobody listens");
}

}  // namespace usquic::test
