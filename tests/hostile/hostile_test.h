// What tests of a server under attack share: `usquic serve` in a process of its own, and what must hold when
// the attack is over.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "crowd.h"
#include "support/serve_process.h"

namespace usquic::test {

class HostileTest : public testing::Test {
 protected:
  static constexpr std::size_t small_bytes = 1000;
  static constexpr std::size_t medium_bytes = 2'500'000;  // too large to be kept in memory, as is the next
  static constexpr std::size_t large_bytes = 4 * 1024 * 1024;

  HostileTest();
  ~HostileTest() override;

  // Files with the bytes of file_byte; /small, /medium and /large are there.
  void write_file(const std::string& name, std::size_t length) const;
  // Starts `usquic serve` with a stall time of one second, where the words name no other.
  void start(std::vector<std::string> words = {}, const ServeProcess::Limits& limits = {});
  int port() const { return port_; }
  ServeProcess& server() { return *server_; }
  const ServeProcess& server() const { return *server_; }
  std::size_t descriptors() const;

  // Others are served at once: a new client gets `path` whole.
  bool serves_at_once(const std::string& path);
  // The crowd goes, and the server is as before: it holds no descriptor more, serves small and large files at
  // once, and ends in good order.
  void expect_unharmed(Crowd& leaving);

  const std::filesystem::path& folder() const { return folder_; }

 private:
  std::filesystem::path base_;
  std::filesystem::path folder_;
  std::unique_ptr<ServeProcess> server_;
  int port_ = 0;
  std::size_t descriptors_at_start_ = 0;
};

}  // namespace usquic::test
