// Servers of several workers, as threads of this process or as processes.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "support/development_certificate.h"
#include "support/temporary_directory.h"
#include "usquic/http/workers.h"

namespace usquic::test {

// What all workers counted.
struct WorkerFigures {
  std::uint64_t handed_over = 0;
  std::uint64_t taken_over = 0;
  std::uint64_t dropped = 0;
  std::uint64_t received = 0;  // by the engines
  bool is_steered = false;
  std::uint64_t accepted = 0;   // connections, of threads alone
  std::uint64_t passed_on = 0;  // of threads alone
};

class WorkerServers {
 public:
  virtual ~WorkerServers() = default;
  virtual int port() const = 0;
  // Ends them.
  virtual WorkerFigures stop() = 0;
};

std::unique_ptr<WorkerServers> start_threads(const DevelopmentCertificate& identity, unsigned count,
                                             int steering);
std::unique_ptr<WorkerServers> start_processes(const DevelopmentCertificate& identity, unsigned count,
                                               int steering);

}  // namespace usquic::test
