// SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0-only)
// Which packets of a kernel-owned interface are ours: UDP to a listener or a media port of one of our addresses.
// Everything else, fragments too, goes on to the kernel.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/udp.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "local_address.h"

struct {
    __uint(type, BPF_MAP_TYPE_XSKMAP);
    __uint(max_entries, 64);
    __type(key, __u32);
    __type(value, __u32);
} xsks_map SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, STROWGER_MAX_LOCALS);
    __type(key, struct local_address);
    __type(value, struct local_ports);
} strowger_locals SEC(".maps");

struct vlan_tag {
    __be16 tci;
    __be16 type;
};

static __always_inline int is_ours(const struct local_ports* ports, __u16 port) {
    if (port >= ports->media_low && port <= ports->media_high) return 1;
    for (int i = 0; i < STROWGER_MAX_LISTENERS; ++i)
        if (i < ports->listeners && ports->listener[i] == port) return 1;
    return 0;
}

SEC("xdp")
int strowger_xdp(struct xdp_md* context) {
    void* at = (void*)(long)context->data;
    void* end = (void*)(long)context->data_end;
    struct local_address key = {};

    struct ethhdr* ethernet = at;
    if ((void*)(ethernet + 1) > end) return XDP_PASS;
    __be16 type = ethernet->h_proto;
    at = ethernet + 1;
    if (type == bpf_htons(ETH_P_8021Q) || type == bpf_htons(ETH_P_8021AD)) {
        struct vlan_tag* tag = at;
        if ((void*)(tag + 1) > end) return XDP_PASS;
        key.vlan = bpf_ntohs(tag->tci) & 0x0fff;
        type = tag->type;
        at = tag + 1;
    }
    if (type == bpf_htons(ETH_P_IP)) {
        struct iphdr* ip = at;
        if ((void*)(ip + 1) > end || ip->ihl < 5 || ip->protocol != IPPROTO_UDP) return XDP_PASS;
        if (ip->frag_off & bpf_htons(0x3fff)) return XDP_PASS;  // the kernel puts fragments together
        key.address[10] = key.address[11] = 0xff;
        __builtin_memcpy(&key.address[12], &ip->daddr, 4);
        at = (void*)ip + ip->ihl * 4;
    } else if (type == bpf_htons(ETH_P_IPV6)) {
        struct ipv6hdr* ip = at;
        if ((void*)(ip + 1) > end || ip->nexthdr != IPPROTO_UDP) return XDP_PASS;
        __builtin_memcpy(key.address, &ip->daddr, 16);
        at = ip + 1;
    } else {
        return XDP_PASS;
    }
    struct udphdr* udp = at;
    if ((void*)(udp + 1) > end) return XDP_PASS;

    struct local_ports* ports = bpf_map_lookup_elem(&strowger_locals, &key);
    if (!ports || !is_ours(ports, bpf_ntohs(udp->dest))) return XDP_PASS;
    // Without a socket on the queue (the daemon has died) the kernel gets the packet after all.
    return bpf_redirect_map(&xsks_map, context->rx_queue_index, XDP_PASS);
}

char program_license[] SEC("license") = "Dual BSD/GPL";
