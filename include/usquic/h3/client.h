// The former name of <usquic/http/client.h>, for one minor version.
#pragma once

#include <usquic/http/client.h>
