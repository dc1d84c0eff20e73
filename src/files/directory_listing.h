// The page that lists a folder.
#pragma once

#include <string>
#include <string_view>

#include "files/folder_reader.h"

namespace usquic::files {

// Text as it may stand in HTML, also inside of quotes. Bytes that are not UTF-8 become U+FFFD.
std::string escape_html(std::string_view text);

// The page is a head, a row for each entry, and a foot.
// title_path: the folder's decoded path, without slashes at its ends; "" = the root.
std::string listing_head(std::string_view title_path);
std::string listing_row(const DirectoryEntry& entry);
enum class ListingEnd { Whole, Cut };  // Cut: not all entries are there
std::string listing_foot(ListingEnd end);

}  // namespace usquic::files
