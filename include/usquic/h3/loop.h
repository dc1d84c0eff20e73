// Deprecated, for one minor version: the former name of <usquic/http/loop.h>.
#pragma once

#include <usquic/http/loop.h>
