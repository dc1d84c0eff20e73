// Standard input, output and error: descriptors 0 to 2, which whoever starts the command may have closed.
#pragma once

namespace usquic::tools {

// Take the place of those that are closed, before anything else gets their numbers: an error line would go
// into whatever is opened first. Reading and writing them fails with EBADF, as while they were closed.
// Returns false when a place cannot be taken.
bool hold_standard_descriptors();

}  // namespace usquic::tools
