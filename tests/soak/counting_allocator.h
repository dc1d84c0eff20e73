// The counts behind owner_bytes().
#pragma once

#include "block_table.h"

namespace usquic::test {

// What malloc gave, in the whole program.
BlockTable& allocated_blocks();
// What the engine's pool gave to ngtcp2.
BlockTable& library_blocks();

}  // namespace usquic::test
