#include "serve/identity.h"

#include <gtest/gtest.h>

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>

namespace usquic::tools::serve {
namespace {

TEST(ServeIdentity, IsTheCertificateThatWasGiven) {
  Options options;
  options.certificate_file = "cert.pem";
  options.key_file = "key.pem";
  options.passphrase = "word";
  Identity identity(options);
  EXPECT_FALSE(identity.obtain());
  EXPECT_FALSE(identity.development());
  AppOptions app;
  identity.fill(app);
  EXPECT_EQ(app.cert_file_name, "cert.pem");
  EXPECT_EQ(app.key_file_name, "key.pem");
  EXPECT_EQ(app.passphrase, "word");
}

TEST(ServeIdentity, IsOneForDevelopmentWhereNoneWasGiven) {
  const std::filesystem::path folder =
      std::filesystem::temp_directory_path() / ("usquic-identity-test-" + std::to_string(getpid()));
  setenv("XDG_STATE_HOME", folder.c_str(), 1);
  const Options options;
  Identity identity(options);
  const auto failure = identity.obtain();
  ASSERT_FALSE(failure) << failure->reason;
  ASSERT_TRUE(identity.development());
  AppOptions app;
  identity.fill(app);
  EXPECT_EQ(app.cert_file_name, identity.development()->certificate_file);
  EXPECT_EQ(app.key_file_name, identity.development()->key_file);
  EXPECT_TRUE(std::filesystem::exists(app.cert_file_name));
  unsetenv("XDG_STATE_HOME");
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace usquic::tools::serve
