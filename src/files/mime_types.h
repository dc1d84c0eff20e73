// Media types by file name.
#pragma once

#include <string_view>

namespace usquic::files {

// The content-type for a file name (with charset for text), application/octet-stream when nothing is known.
std::string_view content_type_of(std::string_view file_name);

}  // namespace usquic::files
