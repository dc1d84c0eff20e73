/* µSockets' header of this name: with this folder in the include path, #include <libusockets.h> finds it. */
#include "usquic/compat/usockets_beside.h"
