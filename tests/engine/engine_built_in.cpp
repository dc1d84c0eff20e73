// The tests run on the engine that the library is built with.
#include "support/engine_under_test.h"

namespace usquic::test {

void set_engine_protocol(engine::Endpoint&, std::string_view) {}

}  // namespace usquic::test
