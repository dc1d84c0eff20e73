// Handlers that several tests use.
#pragma once

#include <cstdint>

#include "usquic/http/response.h"

namespace usquic::test {

// Answers with `total` patterned bytes by tryEnd and onWritable: never more is made than is taken.
void answer_with_pattern(Response* res, std::uint64_t total);

// Sends the request's body back as it comes, held back by the client's reading.
void echo_as_it_comes(Response* res);

// Writes patterned chunks for ever, as fast as the client takes them; `aborted` counts onAborted.
void stream_without_end(Response* res, int* aborted);

}  // namespace usquic::test
