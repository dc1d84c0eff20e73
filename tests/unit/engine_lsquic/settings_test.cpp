#include "engine/lsquic/settings.h"

#include <gtest/gtest.h>

namespace usquic::engine::lsquic {
namespace {

constexpr std::size_t id_bytes = 9;

class LsquicSettings : public ::testing::TestWithParam<Role> {
 protected:
  lsquic_engine_settings settings() const { return settings_for(config, GetParam(), id_bytes); }
  bool are_taken() const {
    const lsquic_engine_settings s = settings();
    return lsquic_engine_check_settings(&s, flags_of(GetParam()), nullptr, 0) == 0;
  }

  Config config;
};

TEST_P(LsquicSettings, AreTakenWithTheDefaults) {
  EXPECT_TRUE(are_taken());
  EXPECT_EQ(settings().es_scid_len, id_bytes);
}

TEST_P(LsquicSettings, AreTakenWhereTimesAreOutOfItsBounds) {
  config.idle_timeout = std::chrono::hours(24);
  config.handshake_timeout = std::chrono::hours(24);
  EXPECT_TRUE(are_taken());
  EXPECT_EQ(settings().es_idle_timeout, 600U);
}

TEST_P(LsquicSettings, CountWholeSecondsOfSilence) {
  config.idle_timeout = std::chrono::milliseconds(1500);
  EXPECT_EQ(settings().es_idle_timeout, 2U);
  config.idle_timeout = {};
  EXPECT_EQ(settings().es_idle_timeout, 0U);
}

TEST_P(LsquicSettings, HaveNoTimeoutOfAClientsHandshakeWhereNoneIsWanted) {
  config.handshake_timeout = {};
  EXPECT_TRUE(are_taken());
  EXPECT_EQ(settings().es_handshake_to == 0, !is_server(GetParam()));
}

TEST_P(LsquicSettings, LeaveHttp3ItsThreeStreams) {
  config.max_streams_uni = 0;
  EXPECT_EQ(settings().es_init_max_streams_uni, is_http(GetParam()) ? 3U : 0U);
}

TEST_P(LsquicSettings, CutWhatLsquicCannotCount) {
  config.max_data = config.max_data_limit = std::uint64_t{1} << 40;
  EXPECT_EQ(settings().es_init_max_data, UINT32_MAX);
  EXPECT_EQ(settings().es_max_cfcw, UINT32_MAX);
}

INSTANTIATE_TEST_SUITE_P(OfEachRole, LsquicSettings, ::testing::ValuesIn(all_roles));

}  // namespace
}  // namespace usquic::engine::lsquic
