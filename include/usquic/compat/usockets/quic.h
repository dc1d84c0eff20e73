/* µSockets' header of this name: with this folder in the include path, #include "quic.h" finds it. */
#include "usquic/compat/usockets_quic.h"
