// Bytes of a packet that is found in the kernel's memory.
#ifndef APUS_KERNEL_READER_H
#define APUS_KERNEL_READER_H

#include <bpf/bpf_helpers.h>
#include "kernel_types.h"
#include "reader.h"

#define NETWORK_HEADER_UNSET 0xffff

static __always_inline long reader_load(const struct reader *reader, __u32 offset, void *to, __u32 bytes)
{
	if (offset + bytes > reader->bytes)
		return -1;
	return bpf_probe_read_kernel(to, bytes, reader->origin + offset);
}

// Where layer 3 begins in the linear part; false when the packet has not come so far, or its header is elsewhere.
static __always_inline bool reader_of_kernel_packet(struct sk_buff *skb, struct reader *reader)
{
	__u16 offset = skb->network_header;

	if (offset == NETWORK_HEADER_UNSET || offset >= skb->tail)
		return false;
	reader->origin = skb->head + offset;
	reader->bytes = skb->tail - offset;
	reader->oversized_bytes = skb->len;
	return true;
}

#endif
