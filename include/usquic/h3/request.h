// The former name of <usquic/http/request.h>, for one minor version.
#pragma once

#include <usquic/http/request.h>
