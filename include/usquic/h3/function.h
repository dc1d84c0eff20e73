// The former name of <usquic/http/function.h>, for one minor version.
#pragma once

#include <usquic/http/function.h>
