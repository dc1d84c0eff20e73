// The page that lists a folder.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "serve/document_root.h"

namespace usquic::tools::serve {

// Text as it may stand in HTML, also inside of quotes. Bytes that are not UTF-8 become U+FFFD.
std::string escape_html(std::string_view text);

// title_path: the folder's decoded path, without slashes at its ends; "" = the root.
std::string render_listing(std::string_view title_path, const std::vector<DirectoryEntry>& entries);

}  // namespace usquic::tools::serve
