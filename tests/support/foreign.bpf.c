// SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0-only)
// Somebody else's XDP program, for tests: lets everything pass.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

SEC("xdp")
int somebody_else(struct xdp_md* context) {
    (void)context;
    return XDP_PASS;
}

char program_license[] SEC("license") = "Dual BSD/GPL";
