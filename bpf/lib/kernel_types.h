// The members of the kernel's structures that the programs read. CO-RE finds where they lie in the running kernel, so
// only names and types count here, not the order.
#ifndef APUS_KERNEL_TYPES_H
#define APUS_KERNEL_TYPES_H

#include <linux/types.h>

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct ns_common {
	unsigned int inum;
};

struct net {
	struct ns_common ns;
};

typedef struct {
	struct net *net;
} possible_net_t;

struct net_device {
	possible_net_t nd_net;
	int ifindex;
	char name[16];
};

struct sock_common {
	possible_net_t skc_net;
};

struct sock {
	struct sock_common __sk_common;
};

struct sk_buff {
	struct net_device *dev;
	struct sock *sk;
	unsigned char *head;
	unsigned int tail; // an offset from head, on 64-bit kernels
	unsigned int len;
	__u16 network_header; // an offset from head
	__be16 protocol;
	__u32 mark;
};

#pragma clang attribute pop

// Values are the running kernel's, by CO-RE; these only have to exist.
enum skb_drop_reason {
	SKB_DROP_REASON_TC_EGRESS = 62,
	SKB_DROP_REASON_TC_INGRESS = 73,
};

#endif
