// Bytes of the packet that a tc program runs for.
#ifndef APUS_SKB_READER_H
#define APUS_SKB_READER_H

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include "reader.h"

// Headers are looked for in so many bytes; a chain of extension headers that is longer counts as malformed.
#define HEADER_BYTES_AT_MOST 1024

// The helper that reads relative to the network header reads the linear part only. A packet whose headers lie in fragments (a packet socket's mapped ring
// makes such) is pulled together. Not inlined, as it is rare and stands behind each load.
static __noinline long load_after_pull(struct __sk_buff *skb, __u32 offset, void *to, __u32 bytes)
{
	__u32 wanted = skb->len < HEADER_BYTES_AT_MOST ? skb->len : HEADER_BYTES_AT_MOST;

	if (bpf_skb_pull_data(skb, wanted))
		return -1;
	return bpf_skb_load_bytes_relative(skb, offset, to, bytes, BPF_HDR_START_NET);
}

// Behind an Ethernet header the bytes are read where they lie, which saves a call. Headers start at
// multiples of 4 from layer 3 on, and so does what is read of them, single bytes apart.
static __always_inline bool load_directly(const struct reader *reader, __u32 offset, void *to, __u32 bytes)
{
	struct __sk_buff *skb = (struct __sk_buff *)reader->origin;
	void *from = (void *)(long)skb->data + ETH_HLEN + offset;

	if (!reader->has_ethernet || offset > HEADER_BYTES_AT_MOST || from + bytes > (void *)(long)skb->data_end)
		return false;
	__builtin_memcpy(to, bytes % 4 ? from : __builtin_assume_aligned(from, 4), bytes);
	return true;
}

// Where the link is another one, the kernel knows where layer 3 begins.
static __always_inline long reader_load(const struct reader *reader, __u32 offset, void *to, __u32 bytes)
{
	struct __sk_buff *skb = (struct __sk_buff *)reader->origin;

	if (load_directly(reader, offset, to, bytes))
		return 0;
	if (!bpf_skb_load_bytes_relative(skb, offset, to, bytes, BPF_HDR_START_NET))
		return 0;
	return load_after_pull(skb, offset, to, bytes);
}

static __always_inline struct reader reader_of_skb(struct __sk_buff *skb, bool has_ethernet)
{
	return (struct reader){
		.origin = skb,
		.bytes = skb->len,
		.has_ethernet = has_ethernet,
		.oversized_bytes = skb->gso_size ? skb->len - ETH_HLEN : 0,
	};
}

#endif
