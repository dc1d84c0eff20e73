// How a worker that is a process of its own gives datagrams to the others, and gets them: over Unix datagram sockets in a
// folder, one for each worker.
//
// A message is a head (process_message) and the datagram. Its sender's user is told by the kernel (SCM_CREDENTIALS), and
// what another user sends is dropped.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/address.h"
#include "base/bytes.h"
#include "base/file_descriptor.h"
#include "base/log.h"
#include "base/result.h"
#include "loop/loop.h"
#include "quic/group/group_counts.h"
#include "quic/group/worker_link.h"

namespace usquic::quic {

class ProcessChannel final : public loop::Poll {
 public:
  // Whether this user alone may write to it: 0, US_QUIC_E_ACCESS, or US_QUIC_E_INVALID for a name that is too long for Unix
  // sockets.
  static Result<void> check_directory(const std::string& directory);
  // Errors: US_QUIC_E_INVALID, another process is this worker; _ACCESS, _IO. Throws std::bad_alloc.
  static Result<std::unique_ptr<ProcessChannel>> open(us_loop_t* loop, const std::string& directory,
                                                      unsigned worker, HandOverReceiver& receiver,
                                                      GroupCounts& counts, const Logger& log);
  // Whether a process is that worker now.
  static bool is_alive(const std::string& directory, unsigned worker);

  ~ProcessChannel() override;

  // `nobody`: no process is that worker. Throws std::bad_alloc.
  WorkerLink::Given give(unsigned worker, const Address& peer, const Address& local, Bytes bytes,
                         std::uint8_t ecn);

 private:
  // The way to another worker. What it does not take at once waits here.
  class Way final : public loop::Poll {
   public:
    Way(us_loop_t* loop, std::string path, GroupCounts& counts)
        : home_(loop), path_(std::move(path)), counts_(counts) {}
    ~Way() override;
    WorkerLink::Given send(std::vector<std::uint8_t> message);
    void on_ready(unsigned events) override;

   private:
    bool connect();
    void disconnect();
    bool watch();

    us_loop_t* const home_;
    const std::string path_;
    GroupCounts& counts_;
    FileDescriptor fd_;
    std::deque<std::vector<std::uint8_t>> waiting_;
    std::size_t waiting_bytes_ = 0;
  };

  ProcessChannel(std::string directory, unsigned worker, FileDescriptor fd, HandOverReceiver& receiver,
                 GroupCounts& counts);
  void on_ready(unsigned events) override;
  bool receive_one();

  const std::string directory_;
  const unsigned worker_;
  FileDescriptor fd_;
  HandOverReceiver& receiver_;
  GroupCounts& counts_;
  std::map<unsigned, std::unique_ptr<Way>> ways_;
  HandedBatch batch_;
  std::vector<std::uint8_t> buffer_;
};

}  // namespace usquic::quic
