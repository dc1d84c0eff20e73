#include "serve/identity.h"

#include <gtest/gtest.h>

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>

#include "support/temporary_directory.h"

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

TEST(ServeIdentity, IsReadAsTexts) {
  const test::TemporaryDirectory directory;
  directory.write("cert.pem", "the certificate");
  directory.write("key.pem", "the key");
  Options options;
  options.certificate_file = directory.path() / "cert.pem";
  options.key_file = directory.path() / "key.pem";
  options.passphrase = "word";
  const Identity identity(options);
  Failure failure;
  const auto texts = identity.read(failure);
  ASSERT_NE(texts, nullptr) << failure.reason;
  EXPECT_EQ(texts->options.cert, "the certificate");
  EXPECT_EQ(texts->options.key, "the key");
  EXPECT_EQ(texts->options.passphrase, "word");
  EXPECT_EQ(texts->options.cert_file_name, "");
}

TEST(ServeIdentity, SaysWhichFileCannotBeRead) {
  const test::TemporaryDirectory directory;
  directory.write("cert.pem", "the certificate");
  Options options;
  options.certificate_file = directory.path() / "cert.pem";
  options.key_file = "/nowhere/key.pem";
  const Identity identity(options);
  Failure failure;
  EXPECT_EQ(identity.read(failure), nullptr);
  EXPECT_EQ(failure.code, ExitCode::LocalCertificate);
  EXPECT_EQ(failure.reason,
            options.certificate_file +
                ": certificate or key file cannot be read (/nowhere/key.pem: No such file or directory)");
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
