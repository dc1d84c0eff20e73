/* Everything of the C interface. */
#ifndef USQUIC_USQUIC_H
#define USQUIC_USQUIC_H

#include "usquic/error.h"
#include "usquic/http3_codes.h"
#include "usquic/loop.h"
#include "usquic/quic.h"
#include "usquic/quic_group.h"
#include "usquic/quic_options.h"
#include "usquic/udp.h"
#include "usquic/version.h"
#include "usquic/webtransport.h"

#endif
