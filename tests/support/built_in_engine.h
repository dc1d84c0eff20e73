// What the engine can do that the program is built with (Capabilities of engine/engine.h), for tests that see public headers
// alone. Tests that see the seam ask their endpoint.
#pragma once

namespace usquic::test {

bool engine_carries_error_codes();
bool engine_sends_stateless_resets();

}  // namespace usquic::test
