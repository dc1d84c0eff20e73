// The former name of <usquic/http/response.h>, for one minor version.
#pragma once

#include <usquic/http/response.h>
