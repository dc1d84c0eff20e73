#include "load/plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/temporary_directory.h"

namespace usquic::tools::load {
namespace {

using test::TemporaryDirectory;

using testing::ElementsAre;
using testing::HasSubstr;

class LoadPlan : public testing::Test {
 protected:
  LoadPlan() { options_.urls = {"https://localhost:4433/a"}; }

  // Null when the plan is refused.
  std::unique_ptr<Plan> plan() {
    auto made = make_plan(options_);
    if (auto* failure = std::get_if<Failure>(&made)) {
      ADD_FAILURE() << failure->reason;
      return nullptr;
    }
    return std::move(std::get<std::unique_ptr<Plan>>(made));
  }
  void expect_refused(ExitCode code, const char* said) {
    const auto made = make_plan(options_);
    const auto* failure = std::get_if<Failure>(&made);
    ASSERT_NE(failure, nullptr);
    EXPECT_EQ(failure->code, code);
    EXPECT_THAT(failure->reason, HasSubstr(said));
  }
  // Of the request of this number.
  static std::string field(const Target& target, std::string_view name, std::uint64_t number = 0) {
    for (const us_quic_header_t& header : target.fields(number)) {
      if (std::string_view(header.name, header.name_length) == name)
        return {header.value, header.value_length};
    }
    return "(none)";
  }

  Options options_;
};

TEST_F(LoadPlan, MeasuresForTenSecondsUnlessToldOtherwise) {
  EXPECT_EQ(plan()->duration_ns, 10'000'000'000);
  options_.duration = "250ms";
  EXPECT_EQ(plan()->duration_ns, 250'000'000);
}

TEST_F(LoadPlan, AConnectionCarriesTenRequestsAtATimeButOneOverHttp11) {
  EXPECT_EQ(plan()->version, HttpVersion::Http3);
  EXPECT_EQ(plan()->streams, 10u);
  options_.request.version = VersionChoice::Http2;
  EXPECT_EQ(plan()->version, HttpVersion::Http2);
  EXPECT_EQ(plan()->streams, 10u);
  options_.request.version = VersionChoice::Http11;
  EXPECT_EQ(plan()->version, HttpVersion::Http11);
  EXPECT_EQ(plan()->streams, 1u);
  options_.streams = 2;
  expect_refused(ExitCode::Usage, "one request at a time");
}

TEST_F(LoadPlan, ResumesSessionsOverHttp3Alone) {
  options_.is_handshakes_only = options_.resumes = true;
  options_.request.version = VersionChoice::Http2;
  expect_refused(ExitCode::Usage, "--resume");
}

TEST_F(LoadPlan, ACountTakesTheDurationsPlace) {
  options_.count = 500;
  EXPECT_EQ(plan()->duration_ns, 0);
  EXPECT_EQ(plan()->count, 500u);
}

TEST_F(LoadPlan, SeveralUrlsAreMeasuredInSeveralRounds) {
  EXPECT_EQ(plan()->rounds, 1u);
  options_.urls.emplace_back("https://localhost:4434/");
  EXPECT_EQ(plan()->rounds, rounds_of_several);
  options_.rounds = 2;
  EXPECT_EQ(plan()->rounds, 2u);
}

TEST_F(LoadPlan, ARequestNamesMethodPathAndAuthority) {
  options_.request.headers = {"x-one: 1"};
  const auto made = plan();
  const Target& target = made->targets.front();
  EXPECT_EQ(field(target, ":method"), "GET");
  EXPECT_EQ(field(target, ":scheme"), "https");
  EXPECT_EQ(field(target, ":authority"), "localhost:4433");
  EXPECT_EQ(field(target, ":path"), "/a");
  EXPECT_EQ(field(target, "x-one"), "1");
  EXPECT_FALSE(target.is_head());
}

TEST_F(LoadPlan, PathsAreRequestedInTurnAfterTheUrlsOwn) {
  options_.paths = {"/b?c=1", "/d/../e"};
  const auto made = plan();
  const Target& target = made->targets.front();
  std::vector<std::string> paths;
  for (std::uint64_t number = 0; number < 5; ++number) paths.push_back(field(target, ":path", number));
  EXPECT_THAT(paths, ElementsAre("/a", "/b?c=1", "/e", "/a", "/b?c=1"));
  EXPECT_EQ(field(target, ":authority", 1), "localhost:4433");
}

TEST_F(LoadPlan, APathBeginsWithASlash) {
  options_.paths = {"b"};
  expect_refused(ExitCode::Usage, "--path wants a path that begins with /, not b");
  options_.paths = {"/a b"};
  expect_refused(ExitCode::MalformedUrl, "/a b: ");
}

TEST_F(LoadPlan, ABodyMakesAPostWithItsLength) {
  options_.request.data = {"hello"};
  const auto made = plan();
  EXPECT_EQ(made->body, "hello");
  EXPECT_EQ(made->targets.front().body(), "hello");
  EXPECT_EQ(field(made->targets.front(), ":method"), "POST");
  EXPECT_EQ(field(made->targets.front(), "content-length"), "5");
}

TEST_F(LoadPlan, ABodyComesFromAFile) {
  const TemporaryDirectory folder;
  folder.write("body", "one\ntwo\n");
  const std::string file = "@" + (folder.path() / "body").string();
  options_.request.data = {file};
  EXPECT_EQ(plan()->body, "onetwo");
  options_.request.data.clear();
  options_.request.binary_data = {file};
  EXPECT_EQ(plan()->body, "one\ntwo\n");
}

TEST_F(LoadPlan, ABodyThatCannotBeReadIsAnError) {
  options_.request.binary_data = {"@/nowhere/at/all"};
  expect_refused(ExitCode::Read, "/nowhere/at/all");
}

TEST_F(LoadPlan, AResolveRuleSetsTheAddressOfItsHostAlone) {
  options_.urls = {"https://one.example/", "https://two.example/"};
  options_.request.resolve = {"one.example:443:127.0.0.1"};
  const auto made = plan();
  EXPECT_EQ(made->targets[0].address, "127.0.0.1");
  EXPECT_EQ(made->targets[1].address, "");
}

TEST_F(LoadPlan, FullHandshakesGetAContextEach) {
  EXPECT_FALSE(plan()->has_context_per_connection);
  options_.is_handshakes_only = true;
  EXPECT_TRUE(plan()->has_context_per_connection);
  options_.resumes = true;
  EXPECT_FALSE(plan()->has_context_per_connection);
}

TEST_F(LoadPlan, RefusesDurationsThatAreNone) {
  options_.duration = "0";
  expect_refused(ExitCode::Usage, "--duration wants a duration");
  options_.duration = "soon";
  expect_refused(ExitCode::Usage, "--duration wants a duration such as 10s, 500ms or 2m, not soon");
  options_.duration = "";
  options_.warm_up = "-1s";
  expect_refused(ExitCode::Usage, "--warm-up wants a duration");
  options_.warm_up = "0";
  options_.timeout = "0";
  expect_refused(ExitCode::Usage, "--timeout wants a duration");
}

TEST_F(LoadPlan, RefusesLessWorkThanThreads) {
  options_.threads = 4;
  options_.connections = 3;
  expect_refused(ExitCode::Usage, "4 threads need as many connections");
  options_.connections = 4;
  options_.count = 3;
  expect_refused(ExitCode::Usage, "4 threads need as many requests");
}

TEST_F(LoadPlan, RefusesOptionsThatContradictEachOther) {
  options_.resumes = true;
  expect_refused(ExitCode::Usage, "--resume goes with --handshakes or --requests-per-connection");
  options_.resumes = false;
  options_.is_handshakes_only = true;
  options_.rate = 5;
  expect_refused(ExitCode::Usage, "--handshakes goes with neither");
  options_.rate = 0;
  options_.requests_per_connection = 2;
  expect_refused(ExitCode::Usage, "--handshakes goes with neither");
}

TEST_F(LoadPlan, RefusesUrlsAndRulesThatAreNone) {
  options_.urls = {"https://localhost:99999/"};
  expect_refused(ExitCode::MalformedUrl, "https://localhost:99999/: ");
  options_.urls = {"http://localhost/"};
  expect_refused(ExitCode::UnsupportedScheme, "http://localhost/: ");
  options_.urls = {"https://localhost/"};
  options_.request.resolve = {"localhost"};
  expect_refused(ExitCode::Usage, "--resolve wants HOST:PORT:ADDRESS, not localhost");
  options_.request.resolve.clear();
  options_.request.headers = {"no colon"};
  expect_refused(ExitCode::Usage, "no colon");
}

}  // namespace
}  // namespace usquic::tools::load
