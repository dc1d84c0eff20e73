#include "load/verdict.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "results.h"

namespace usquic::tools::load {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(LoadVerdict, HasNothingToSayWhereTheServersCoreIsBusy) {
  EXPECT_THAT(judge(*plan_for_seconds(), result_of(1000, 0.5, 0.97)), IsEmpty());
}

TEST(LoadVerdict, SaysThatAServerWithTimeToSpareIsNotWhatWasMeasured) {
  EXPECT_THAT(judge(*plan_for_seconds(), result_of(1000, 0.5, 0.94)),
              ElementsAre(AllOf(HasSubstr("The server's core was busy 94 % of the time only"),
                                HasSubstr("this client was busy 50 %"),
                                HasSubstr("The CPU time per request is what counts"))));
}

TEST(LoadVerdict, SaysWhenTheClientItselfWasTheLimit) {
  EXPECT_THAT(judge(*plan_for_seconds(), result_of(1000, 0.99, 0.5)),
              ElementsAre(HasSubstr("measures this client (busy 99 %), not the server")));
  EXPECT_THAT(judge(*plan_for_seconds(), result_of(1000, 0.99, -1)),
              ElementsAre(AllOf(HasSubstr("This client was busy 99 %"), HasSubstr("--server-pid"))));
}

TEST(LoadVerdict, SaysNothingOfAServerThatItKnowsNothingAbout) {
  EXPECT_THAT(judge(*plan_for_seconds(), result_of(1000, 0.5, -1)), IsEmpty());
}

TEST(LoadVerdict, CountsConnectionsWhereThereAreNoRequests) {
  Options options;
  options.urls = {"https://localhost/"};
  options.is_handshakes_only = true;
  TargetResult result;
  result.is_handshakes_only = true;
  result.add(slice_of(0, 0.2, 0.5));
  EXPECT_THAT(judge(*plan_for(options), result),
              ElementsAre(AllOf(HasSubstr("so connections/s"), HasSubstr("CPU time per connection"))));
}

TEST(LoadVerdict, SaysWhenAnOpenLoopsRateWasNotReached) {
  Options options;
  options.urls = {"https://localhost/"};
  options.rate = 1000;
  EXPECT_THAT(judge(*plan_for(options), result_of(1000, 0.2, 0.2)), IsEmpty());
  EXPECT_THAT(judge(*plan_for(options), result_of(980, 0.2, 0.2)),
              ElementsAre(HasSubstr("The rate was not reached: 980.0 of 1000.0")));
}

TEST(LoadVerdict, SaysWhatMadeRequestsWait) {
  TargetResult result = result_of(1000, 0.5, 0.97);
  result.tally.waited = 7;
  result.tally.max_streams = 1;
  result.tally.reconnects = 3;
  result.tally.goaways = 2;
  result.tally.retried = 5;
  EXPECT_THAT(judge(*plan_for_seconds(), result),
              ElementsAre(HasSubstr("7 requests found no free stream"),
                          HasSubstr("allows 1 streams at a time"), HasSubstr("3 connections were lost"),
                          HasSubstr("GOAWAY on 2 connections; 5 requests were sent again")));
}

}  // namespace
}  // namespace usquic::tools::load
