#include "tls/alerts.h"

#include <gtest/gtest.h>

#include "usquic/error.h"

namespace usquic::tls {
namespace {

TEST(Alerts, MapToTheLibrarysErrors) {
  for (const int alert : {42, 43, 44, 46, 48})
    EXPECT_EQ(error_of_alert(static_cast<Alert>(alert)).code, US_QUIC_E_CERT_UNTRUSTED) << alert;
  EXPECT_EQ(error_of_alert(Alert::certificate_expired).code, US_QUIC_E_CERT_EXPIRED);
  EXPECT_EQ(error_of_alert(Alert::certificate_required).code, US_QUIC_E_CERT_REQUIRED);
  EXPECT_EQ(error_of_alert(Alert::no_application_protocol).code, US_QUIC_E_ALPN);
  for (const int alert : {0, 10, 40, 47, 70, 80, 109, 112, 255})
    EXPECT_EQ(error_of_alert(static_cast<Alert>(alert)).code, US_QUIC_E_TLS) << alert;
}

TEST(Alerts, HaveTextsWithNumberAndName) {
  EXPECT_EQ(text_of_alert(Alert::unknown_ca, false),
            "server refused this client's certificate: TLS alert 48, unknown_ca");
  EXPECT_EQ(text_of_alert(Alert{255}, true), "TLS alert 255");
}

}  // namespace
}  // namespace usquic::tls
