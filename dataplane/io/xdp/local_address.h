/* SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0-only) */
/* The XDP program's table, shared with the loader: which UDP ports of which local address are ours. */
#pragma once

#include <linux/types.h>

#define STROWGER_MAX_LOCALS 1024
#define STROWGER_MAX_LISTENERS 12

struct local_address {
    __u8 address[16]; /* IPv4 as ::ffff:a.b.c.d */
    __u16 vlan;       /* host order; 0: untagged */
    __u16 zero;
};

struct local_ports { /* host order */
    __u16 media_low;
    __u16 media_high; /* inclusive; below media_low: no media here */
    __u16 listeners;
    __u16 listener[STROWGER_MAX_LISTENERS];
};
