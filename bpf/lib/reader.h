// Where the bytes of a packet come from.
#ifndef APUS_READER_H
#define APUS_READER_H

#include <linux/types.h>
#include <stdbool.h>

struct reader {
	const void *origin;    // struct __sk_buff of a tc program; address of the network header otherwise
	__u32 bytes;           // of the packet, or the part of it that can be read; no header may claim more
	bool has_ethernet;     // tc program: an Ethernet header, and nothing else, stands before layer 3
	__u32 oversized_bytes; // layer 3 length of a packet whose own length field cannot hold it; 0: there is none
};

enum parse_result {
	PARSE_OK,
	PARSE_NOT_IP,
	PARSE_MALFORMED,
};

enum parse_extent {
	PARSE_WHOLE,  // a packet
	PARSE_FREED,  // one that the kernel gave up: its payload may lie elsewhere or be gone
	PARSE_QUOTED, // the beginning of one, as an ICMP error quotes it: 8 bytes of layer 4 at least
};

// Copies bytes that lie so far behind the start of layer 3. Not 0: they are not there.
static __always_inline long reader_load(const struct reader *reader, __u32 offset, void *to, __u32 bytes);

#endif
