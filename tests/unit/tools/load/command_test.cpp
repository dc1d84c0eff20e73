#include "load/command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace usquic::tools::load {
namespace {

using testing::HasSubstr;

// What the command line says to the words after "load"; "" when it takes them.
std::string said_to(std::vector<std::string> words) {
  CLI::App app;
  const Command command = add_command(app);  // holds what the options are read into
  words.insert(words.begin(), "load");
  std::reverse(words.begin(), words.end());  // as CLI11 wants a vector
  try {
    app.parse(words);
    return "";
  } catch (const CLI::ParseError& error) {
    return error.what();
  }
}

TEST(LoadCommand, TakesItsOptions) {
  EXPECT_EQ(said_to({"https://localhost/", "-c", "8", "-m", "32", "-t", "2", "-d", "1s", "--warm-up", "1s"}),
            "");
  EXPECT_EQ(said_to({"https://localhost/", "https://other/", "--server-pid", "1", "--server-pid", "2"}), "");
  EXPECT_EQ(said_to({"https://localhost/", "-n", "10", "--rate", "2.5", "--json", "-", "-k", "--data", "x"}),
            "");
}

TEST(LoadCommand, RefusesNumbersOutOfRange) {
  for (const char* option : {"-c", "-m", "-t", "-n", "--rounds", "--requests-per-connection", "--rate"}) {
    EXPECT_THAT(said_to({"https://localhost/", option, "0"}), HasSubstr("not in range")) << option;
    EXPECT_NE(said_to({"https://localhost/", option, "-1"}), "") << option;
    EXPECT_NE(said_to({"https://localhost/", option, "many"}), "") << option;
  }
  EXPECT_NE(said_to({"https://localhost/", "--server-pid", "0"}), "");
}

TEST(LoadCommand, RefusesOptionsThatExcludeEachOther) {
  EXPECT_THAT(said_to({"https://localhost/", "-d", "1s", "-n", "1"}), HasSubstr("excludes"));
  EXPECT_THAT(said_to({"https://localhost/", "--live", "--silent"}), HasSubstr("excludes"));
  EXPECT_THAT(said_to({"https://localhost/", "-k", "--cacert", "ca.pem"}), HasSubstr("excludes"));
}

TEST(LoadCommand, WantsAUrlAndKnowsItsOptions) {
  EXPECT_THAT(said_to({"-c", "1"}), HasSubstr("URL is required"));
  EXPECT_NE(said_to({"https://localhost/", "--no-such-option"}), "");
}

}  // namespace
}  // namespace usquic::tools::load
