#include "tls/libssl/trust.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>

#include "../tls/handshake.h"

namespace usquic::tls::test {
namespace {

// The system's roots are where OpenSSL's environment variables say.
class SystemRoots : public testing::Test {
 protected:
  SystemRoots() {
    file_ = std::filesystem::temp_directory_path() / ("usquic-roots-" + std::to_string(getpid()) + ".pem");
    std::ofstream(file_) << authority_.certificate();
    setenv("SSL_CERT_FILE", file_.c_str(), 1);
    setenv("SSL_CERT_DIR", "/nowhere", 1);
  }
  ~SystemRoots() override {
    unsetenv("SSL_CERT_FILE");
    unsetenv("SSL_CERT_DIR");
    std::filesystem::remove(file_);
  }

  bool is_trusted(const Options& client, const Authority& issuer) {
    const std::unique_ptr<Context> client_context = make_context(client);
    const std::unique_ptr<Context> server_context =
        make_context(server_options(leaf_for(issuer, {"a.example"})));
    return Handshake(*client_context, *server_context, "a.example").run().succeeded();
  }

  static Options verifying() {
    Options options;
    options.alpn = {"h3"};
    return options;
  }

  Authority authority_;
  std::filesystem::path file_;
};

TEST_F(SystemRoots, AreTrustedWhereNoneAreGiven) {
  EXPECT_TRUE(is_trusted(verifying(), authority_));
  EXPECT_FALSE(is_trusted(verifying(), Authority("stranger")));
}

TEST_F(SystemRoots, AreNotTrustedWhereOthersAreGiven) {
  const Authority other("another");
  Options options = verifying();
  options.trust.text = other.certificate();
  EXPECT_FALSE(is_trusted(options, authority_));
  EXPECT_TRUE(is_trusted(options, other));
}

TEST_F(SystemRoots, ExtraRootsStandBesideThem) {
  const Authority other("another");
  Options options = verifying();
  options.extra_trust.text = other.certificate();
  EXPECT_TRUE(is_trusted(options, authority_));
  EXPECT_TRUE(is_trusted(options, other));
}

TEST_F(SystemRoots, TheirAbsenceIsLoggedAndTrustsNobody) {
  setenv("SSL_CERT_FILE", "/nowhere/roots.pem", 1);
  std::string lines;
  Options options = verifying();
  options.log =
      Logger([](void* user, int, const char* line) { static_cast<std::string*>(user)->append(line); }, &lines,
             LogLevel::warning);
  EXPECT_FALSE(is_trusted(options, authority_));
  EXPECT_NE(lines.find("the system has no trusted roots"), std::string::npos) << lines;
}

}  // namespace
}  // namespace usquic::tls::test
