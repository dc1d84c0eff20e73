// The development certificate of this process's tests, from the library.
#pragma once

#include <string>

namespace usquic::test {

// PEM texts: what servers show, and their clients trust. For "localhost", 127.0.0.1 and ::1.
struct DevelopmentCertificate {
  std::string cert;
  std::string key;
  static DevelopmentCertificate make();
};

}  // namespace usquic::test
