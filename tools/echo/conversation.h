// What an echo client does on its connection: one conversation by stream, or a check of many messages.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "echo/options.h"
#include "failure.h"
#include "usquic/quic.h"

namespace usquic::tools::echo {

// Hears the end of it, once.
class ConversationHost {
 public:
  virtual ~ConversationHost() = default;
  virtual void on_done(const Failure& outcome) = 0;
};

class Conversation {
 public:
  virtual ~Conversation() = default;
  virtual void on_open(us_quic_connection_t* connection) = 0;
  virtual void on_wakeup() {}
  virtual void on_stream_data(us_quic_stream_t*, std::string_view) {}
  virtual void on_stream_end(us_quic_stream_t*) {}
  virtual void on_stream_writable(us_quic_stream_t*) {}
  virtual void on_stream_close(us_quic_stream_t*, const us_quic_stream_close_info_t&) {}
  virtual void on_datagram(std::string_view) {}
  // A line about how it went; "" = none.
  virtual std::string summary() const { return {}; }
};

// Sends data, or standard input as it comes, on one stream, and prints what comes back.
std::unique_ptr<Conversation> make_pipe(const ClientOptions& options, ConversationHost& host,
                                        us_loop_t* loop);
// Sends `count` messages on streams, at most `in_flight` at a time, and compares what comes back.
std::unique_ptr<Conversation> make_stream_check(const ClientOptions& options, ConversationHost& host);
// The same by datagrams; those that do not come back within a second of silence count as lost.
std::unique_ptr<Conversation> make_datagram_check(const ClientOptions& options, ConversationHost& host,
                                                  us_loop_t* loop);

// Byte `offset` of message `number`: unlike its neighbours and other messages' bytes at the same place.
char pattern_byte(std::uint64_t number, std::uint64_t offset);
std::string pattern(std::uint64_t number, std::uint64_t offset, std::size_t length);

}  // namespace usquic::tools::echo
