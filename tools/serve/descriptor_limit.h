// How many descriptors this process may have.
#pragma once

#include <cstddef>

namespace usquic::tools::serve {

// Raises the soft limit to the hard one, as far as that is allowed. Returns: the soft limit from there on.
std::size_t raise_descriptor_limit();

// Of so many descriptors, how many files each worker may have open for answers that take their time. The others are for
// what is open for a moment: small files, folders, the log, the certificate; and for the workers' loops and sockets.
std::size_t max_open_files(std::size_t descriptors, unsigned workers = 1);

}  // namespace usquic::tools::serve
