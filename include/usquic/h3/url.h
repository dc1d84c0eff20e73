// The former name of <usquic/http/url.h>, for one minor version.
#pragma once

#include <usquic/http/url.h>
