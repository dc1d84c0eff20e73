// Deprecated, for one minor version: the former name of <usquic/http/function.h>.
#pragma once

#include <usquic/http/function.h>
