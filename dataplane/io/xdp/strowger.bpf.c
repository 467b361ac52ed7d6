// SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0-only)
// Which packets of a kernel-owned interface are ours: UDP to a listener or a media port of one of our
// addresses, and the fragments of a datagram to a media port. Everything else goes on to the kernel,
// fragments for listeners too: there the kernel puts them together for the listener's companion socket.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/udp.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "local_address.h"

// The AF_XDP driver finds this one by its name.
struct {
    __uint(type, BPF_MAP_TYPE_XSKMAP);
    __uint(max_entries, 64);
    __type(key, __u32);
    __type(value, __u32);
} xsks_map SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, STROWGER_MAX_MEDIA);
    __type(key, struct local_address);
    __type(value, struct media_range);
} strowger_media SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, STROWGER_MAX_LISTENERS);
    __type(key, struct local_address);
    __type(value, __u8);
} strowger_sip SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, FILTER_COUNTS);
    __type(key, __u32);
    __type(value, __u64);
} strowger_counts SEC(".maps");

// Datagrams to media ports whose first fragment was seen: their further ones bear no port. One whose first
// fragment comes late is the kernel's, and lost.
struct {
    __uint(type, BPF_MAP_TYPE_LRU_HASH);
    __uint(max_entries, STROWGER_MAX_FRAGMENTED);
    __type(key, struct fragmented);
    __type(value, __u8);
} strowger_fragments SEC(".maps");

struct vlan_tag {
    __be16 tci;
    __be16 type;
};

struct fragment_header {  // RFC 8200 4.5
    __u8 next;
    __u8 reserved;
    __be16 offset;  // 13 bits, and 3 of flags
    __be32 identification;
};

static __always_inline int pass(__u32 why) {
    __u64* count = bpf_map_lookup_elem(&strowger_counts, &why);
    if (count) ++*count;
    return XDP_PASS;
}

static __always_inline int is_media(struct local_address* key, __u16 port) {
    struct media_range* media = bpf_map_lookup_elem(&strowger_media, key);
    return media && port >= media->low && port <= media->high;
}

static __always_inline int is_ours(struct local_address* key, __u16 port) {
    if (is_media(key, port)) return 1;
    key->port = port;
    return bpf_map_lookup_elem(&strowger_sip, key) != 0;
}

static __always_inline int take(struct xdp_md* context) {
    __u32 taken = FILTER_TAKEN;
    __u64* count = bpf_map_lookup_elem(&strowger_counts, &taken);
    if (count) ++*count;
    // Without a socket on the queue (the daemon has died) the kernel gets the packet after all.
    return bpf_redirect_map(&xsks_map, context->rx_queue_index, XDP_PASS);
}

// A fragment. `udp` is where the first one has its UDP header; `offset` is that of the fragment, 0: the
// first.
static __always_inline int fragment(struct xdp_md* context, struct local_address* to,
                                    struct fragmented* datagram, struct udphdr* udp, __u16 offset) {
    __builtin_memcpy(&datagram->to, to, sizeof *to);
    if (offset != 0)
        return bpf_map_lookup_elem(&strowger_fragments, datagram) ? take(context) : pass(FILTER_FRAGMENTS);
    if ((void*)(udp + 1) > (void*)(long)context->data_end) return pass(FILTER_FRAGMENTS);
    if (!is_media(to, bpf_ntohs(udp->dest))) {
        bpf_map_delete_elem(&strowger_fragments, datagram);  // the number was used before
        return pass(FILTER_FRAGMENTS);
    }
    __u8 seen = 1;
    bpf_map_update_elem(&strowger_fragments, datagram, &seen, BPF_ANY);
    return take(context);
}

// Past the options. Steps of fixed length: a computed one into the packet would need CAP_PERFMON, and written
// in C the compiler computes it.
static __always_inline void* after_header(struct iphdr* ip) {
    void* at = ip;
#define STEP(words)                                           \
    case words:                                               \
        asm volatile("%0 += %1" : "+r"(at) : "i"(words * 4)); \
        break;
    switch (ip->ihl) {
        STEP(5)
        STEP(6)
        STEP(7)
        STEP(8)
        STEP(9)
        STEP(10)
        STEP(11)
        STEP(12)
        STEP(13)
        STEP(14)
        STEP(15)
    }
#undef STEP
    return at;
}

SEC("xdp")
int strowger_xdp(struct xdp_md* context) {
    void* at = (void*)(long)context->data;
    void* end = (void*)(long)context->data_end;
    struct local_address key = {};
    struct fragmented datagram = {};

    struct ethhdr* ethernet = at;
    if ((void*)(ethernet + 1) > end) return pass(FILTER_PASSED);
    __be16 type = ethernet->h_proto;
    at = ethernet + 1;
    if (type == bpf_htons(ETH_P_8021Q) || type == bpf_htons(ETH_P_8021AD)) {
        struct vlan_tag* tag = at;
        if ((void*)(tag + 1) > end) return pass(FILTER_PASSED);
        key.vlan = bpf_ntohs(tag->tci) & 0x0fff;
        type = tag->type;
        at = tag + 1;
    }
    if (type == bpf_htons(ETH_P_IP)) {
        struct iphdr* ip = at;
        if ((void*)(ip + 1) > end || ip->ihl < 5 || ip->protocol != IPPROTO_UDP) return pass(FILTER_PASSED);
        key.address[10] = key.address[11] = 0xff;
        __builtin_memcpy(&key.address[12], &ip->daddr, 4);
        at = after_header(ip);
        if (ip->frag_off & bpf_htons(0x3fff)) {  // more of them, or an offset
            __builtin_memcpy(&datagram.source[12], &ip->saddr, 4);
            datagram.identification = ip->id;
            return fragment(context, &key, &datagram, at, ip->frag_off & bpf_htons(0x1fff));
        }
    } else if (type == bpf_htons(ETH_P_IPV6)) {
        struct ipv6hdr* ip = at;
        if ((void*)(ip + 1) > end) return pass(FILTER_PASSED);
        __builtin_memcpy(key.address, &ip->daddr, 16);
        at = ip + 1;
        if (ip->nexthdr == IPPROTO_FRAGMENT) {
            struct fragment_header* piece = at;
            if ((void*)(piece + 1) > end || piece->next != IPPROTO_UDP) return pass(FILTER_FRAGMENTS);
            __builtin_memcpy(datagram.source, &ip->saddr, 16);
            datagram.identification = piece->identification;
            return fragment(context, &key, &datagram, (struct udphdr*)(piece + 1),
                            piece->offset & bpf_htons(0xfff8));
        }
        if (ip->nexthdr != IPPROTO_UDP) return pass(FILTER_PASSED);
    } else {
        return pass(FILTER_PASSED);
    }
    struct udphdr* udp = at;
    if ((void*)(udp + 1) > end || !is_ours(&key, bpf_ntohs(udp->dest))) return pass(FILTER_PASSED);
    // Of a jumbo interface: as a fragment, the kernel's socket has it whole. (A difference of pointers would
    // need CAP_PERFMON.)
    if ((void*)ethernet + STROWGER_MAX_FRAME < end) return pass(FILTER_FRAGMENTS);
    return take(context);
}

char program_license[] SEC("license") = "Dual BSD/GPL";
