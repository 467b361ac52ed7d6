/* SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0-only) */
/* Keys and values of the XDP program's tables, shared with the loader: which UDP ports of which address are
 * ours. */
#pragma once

#include <linux/types.h>

#define STROWGER_MAX_MEDIA 1024
#define STROWGER_MAX_LISTENERS 4096
#define STROWGER_MAX_FRAGMENTED 4096
/* Bytes of a frame that fit into a packet buffer behind the room that XDP keeps; longer ones are the
 * kernel's. */
#define STROWGER_MAX_FRAME 1792

struct local_address {
    __u8 address[16]; /* IPv4 as ::ffff:a.b.c.d */
    __u16 vlan;       /* host order; 0: untagged */
    __u16 port;       /* host order; 0 in the table of media addresses */
};

/* A datagram that comes in fragments; network order but for the destination. */
struct fragmented {
    struct local_address to; /* port 0 */
    __u8 source[16];
    __u32 identification;
};

struct media_range { /* host order, inclusive */
    __u16 low;
    __u16 high;
};

/* Indexes of the table of counts. */
enum filter_count { FILTER_TAKEN, FILTER_PASSED, FILTER_FRAGMENTS, FILTER_COUNTS };
