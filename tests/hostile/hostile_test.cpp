#include "hostile_test.h"

#include <poll.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "support/development_certificate.h"

namespace usquic::test {
namespace {

constexpr double at_once_seconds = 3;  // of a machine that does other things as well

template <class Done>
bool wait_until(Done done, double seconds) {
  const auto end = Crowd::Clock::now() + std::chrono::duration<double>(seconds);
  while (!done()) {
    if (Crowd::Clock::now() >= end) return false;
    poll(nullptr, 0, 10);
  }
  return true;
}

}  // namespace

HostileTest::HostileTest() {
  std::string pattern = (std::filesystem::temp_directory_path() / "usquic-hostile-XXXXXX").string();
  base_ = mkdtemp(pattern.data());
  folder_ = base_ / "files";
  std::filesystem::create_directory(folder_);
  write_file("small", small_bytes);
  write_file("medium", medium_bytes);
  write_file("large", large_bytes);
}

HostileTest::~HostileTest() {
  server_.reset();
  std::filesystem::remove_all(base_);
}

void HostileTest::write_file(const std::string& name, std::size_t length) const {
  std::string content(length, '\0');
  for (std::size_t i = 0; i < length; ++i) content[i] = file_byte(i);
  std::ofstream(folder_ / name, std::ios::binary) << content;
}

void HostileTest::start(std::vector<std::string> words, const ServeProcess::Limits& limits) {
  const DevelopmentCertificate identity = DevelopmentCertificate::make();
  std::ofstream(base_ / "cert.pem") << identity.cert;
  std::ofstream(base_ / "key.pem") << identity.key;
  if (std::find(words.begin(), words.end(), "--stall-timeout") == words.end())
    words.insert(words.end(), {"--stall-timeout", "1"});
  words.insert(words.end(), {"--port", "0", "--drain", "3", "--cert", base_ / "cert.pem", "--key",
                             base_ / "key.pem", folder_});
  server_ = std::make_unique<ServeProcess>(USQUIC_TOOL, words, limits);
  ASSERT_TRUE(wait_until([this] { return (port_ = server_->port()) != 0 || !server_->is_running(); }, 30));
  ASSERT_NE(port_, 0) << "the server did not start";
  ASSERT_TRUE(serves_at_once("/small"));
  descriptors_at_start_ = descriptors();
}

std::size_t HostileTest::descriptors() const {
  const std::filesystem::directory_iterator files("/proc/" + std::to_string(server_->pid()) + "/fd");
  return static_cast<std::size_t>(std::distance(begin(files), end(files)));
}

bool HostileTest::serves_at_once(const std::string& path) {
  Crowd other(port_, {});
  other.connect(1, 1, path);
  return run_until(
      {&other}, [&] { return other.tally().whole == 1; }, at_once_seconds);
}

void HostileTest::expect_unharmed(Crowd& leaving) {
  leaving.leave();
  run_for({&leaving}, 0.1);
  EXPECT_TRUE(server_->is_running());
  EXPECT_TRUE(serves_at_once("/small"));
  EXPECT_TRUE(serves_at_once("/large"));
  EXPECT_TRUE(wait_until([this] { return descriptors() <= descriptors_at_start_; }, 5))
      << descriptors() << " descriptors, " << descriptors_at_start_ << " at the start";
  EXPECT_EQ(server_->stop(10), 0) << "it ends badly";
}

}  // namespace usquic::test
