// The former name of <usquic/http/loop.h>, for one minor version.
#pragma once

#include <usquic/http/loop.h>
