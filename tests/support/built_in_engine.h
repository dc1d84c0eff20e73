// What the engine can do that the program is built with (Capabilities of engine/engine.h), for tests that see public headers
// alone, or have no endpoint yet.
#pragma once

namespace usquic::engine {
struct Capabilities;
}

namespace usquic::test {

engine::Capabilities built_in_capabilities();
// Where engine/engine.h cannot be seen.
bool engine_carries_error_codes();
bool engine_sends_stateless_resets();
bool engine_sends_stream_datagrams();
bool engine_keeps_alive();
bool engine_has_webtransport();
bool engine_takes_any_credit();
bool engine_takes_long_fields();

}  // namespace usquic::test
