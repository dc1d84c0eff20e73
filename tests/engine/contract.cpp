#include "contract.h"

#include "support/engine_under_test.h"

namespace usquic::test {

Contract::Contract() {
  pair.client.config.datagrams = pair.server.config.datagrams = true;
}

void Contract::start(std::string_view alpn) {
  for (Side* side : {&pair.client, &pair.server}) side->tls_options.alpn = {std::string(alpn)};
  pair.start();
  for (Side* side : {&pair.client, &pair.server}) set_engine_protocol(*side->endpoint, alpn);
  // The pair's time must not come near the deadlines of an engine that reads a clock of its own.
  if (!capabilities().virtual_time) pair.now = TimePoint{};
}

void Contract::join(std::string_view alpn) {
  start(alpn);
  client = pair.client.connect(pair.server);
  ASSERT_TRUE(run_until([this] {
    server = pair.server.only_connection();
    return client->handshakes == 1 && server != nullptr && server->handshakes == 1;
  }));
  settle();
}

StreamRecord* Contract::open_stream(StreamRecord*& local, std::string_view text) {
  const std::size_t before = pair.server.streams.size();
  local = pair.client.create_stream(*client);
  if (local == nullptr || local->write(text) != static_cast<std::ptrdiff_t>(text.size())) return nullptr;
  const bool is_there = run_until([&] {
    return pair.server.streams.size() > before && pair.server.streams.back()->body.size() == text.size();
  });
  return is_there ? pair.server.streams.back().get() : nullptr;
}

}  // namespace usquic::test
