// The former name of <usquic/http/app.h>, for one minor version.
#pragma once

#include <usquic/http/app.h>
