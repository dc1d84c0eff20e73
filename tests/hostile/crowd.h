// Clients on a loop of their own, over the C interface: as many connections as wanted, with requests that are
// read, read slowly, left unread or given up. A crowd that is not run answers nothing: it has fallen silent.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "usquic/usquic.h"

namespace usquic::test {

// Byte `offset` of the files that are asked for.
char file_byte(std::uint64_t offset);

class Crowd {
 public:
  using Clock = std::chrono::steady_clock;

  struct Manners {
    std::uint64_t stream_window = 1 << 20;       // bytes that a stream takes unread
    std::uint64_t connection_window = 24 << 20;  // the same for all streams of a connection
    bool reads = true;                           // else everything stays unread
    std::uint64_t bytes_per_second = 0;          // of each stream; 0 = as fast as they come
    bool ends_requests = true;                   // else they might have a body, which never comes
  };

  // What became of requests.
  struct Tally {
    int asked = 0;
    int heads = 0;
    int whole = 0;    // answered 200, and every byte was right
    int refused = 0;  // another status, whole
    int cut = 0;      // ended early
    std::uint64_t body_bytes = 0;
    std::map<int, int> statuses;
    std::map<std::uint64_t, int> codes;  // of those that were cut
  };

  Crowd(int port, const Manners& manners);
  ~Crowd();
  Crowd(const Crowd&) = delete;
  Crowd& operator=(const Crowd&) = delete;

  // Connections, each of which asks `requests` times for `path` as soon as it is open.
  void connect(int connections, int requests, const std::string& path);
  // The same again over every connection that is open.
  void ask(int requests, const std::string& path);
  // Each request that ended, with whether it was whole; it may ask again.
  std::function<void(us_quic_connection_t*, bool is_whole)> on_ended;
  void ask_over(us_quic_connection_t* connection, const std::string& path);
  // Gives up each request when its head came, or at once.
  enum class GivesUp { Never, AtTheHead, AtOnce };
  void give_up(GivesUp when) { gives_up_ = when; }
  // Closes all connections; the server is told when the crowd runs.
  void leave();

  const Tally& tally() const { return tally_; }
  int open_connections() const { return static_cast<int>(open_.size()); }
  int closed_connections() const { return closed_; }
  std::uint64_t close_code() const { return close_code_; }  // of the last one
  int requests_open() const { return requests_open_; }

  void tick();
  int descriptor() const { return us_loop_fd(loop_); }

 private:
  struct Request;

  static Crowd& of(us_quic_socket_context_t* context);
  static Request& request_of(us_quic_stream_t* stream);
  void set_callbacks();
  void take_head(us_quic_stream_t* stream);
  void take_data(us_quic_stream_t* stream, const void* data, std::size_t length);
  void take_close(us_quic_stream_t* stream, const us_quic_stream_close_info_t& info);
  void read_on();

  const Manners manners_;
  us_loop_t* loop_;
  us_quic_socket_context_t* context_ = nullptr;
  int port_;
  GivesUp gives_up_ = GivesUp::Never;
  struct Plan {
    int requests;
    std::string path;
  };
  std::unordered_map<us_quic_connection_t*, Plan> plans_;  // of connections that are not open yet
  std::unordered_set<us_quic_connection_t*> open_;
  std::unordered_set<us_quic_stream_t*> paused_;  // that read slowly, and are ahead of their time
  int closed_ = 0;
  std::uint64_t close_code_ = 0;
  int requests_open_ = 0;
  Tally tally_;
};

// Runs those crowds until `done`, at most `seconds`: returns what `done` said last.
bool run_until(const std::vector<Crowd*>& crowds, const std::function<bool()>& done, double seconds);
// Runs them for that long.
void run_for(const std::vector<Crowd*>& crowds, double seconds);

}  // namespace usquic::test
