// IPv6 extension headers.
#ifndef APUS_PARSE_EXTENSIONS_H
#define APUS_PARSE_EXTENSIONS_H

#include <bpf/bpf_endian.h>
#include "packet.h"
#include "reader.h"

// RFC 8200 lets each extension appear once (destination options twice): longer chains are an attack.
#define EXTENSIONS_AT_MOST 8

struct extension_start {
	__u8 next;
	__u8 units;            // length beyond the first unit
	__be16 fragment_field; // of a fragment header: offset in its upper 13 bits
};

static __always_inline bool is_extension(__u8 protocol)
{
	return protocol == IPPROTO_HOPOPTS || protocol == IPPROTO_ROUTING || protocol == IPPROTO_FRAGMENT ||
	       protocol == IPPROTO_DSTOPTS || protocol == IPPROTO_AH || protocol == IPPROTO_MH;
}

static __always_inline __u32 extension_bytes(__u8 protocol, const struct extension_start *start)
{
	if (protocol == IPPROTO_FRAGMENT)
		return 8;
	if (protocol == IPPROTO_AH)
		return (start->units + 2) * 4;
	return (start->units + 1) * 8;
}

struct extension_walk {
	const struct reader *reader;
	struct packet *packet;
	enum parse_result result;
};

// Moves protocol and l4_offset behind one extension header. Returns 1 to stop.
static long skip_extension(__u32 index, void *context)
{
	struct extension_walk *walk = context;
	struct packet *packet = walk->packet;
	__u8 protocol = packet->protocol;
	struct extension_start start;

	if (!is_extension(protocol) || packet->flags & APUS_FLAG_FRAGMENT) {
		walk->result = PARSE_OK;
		return 1;
	}
	if (reader_load(walk->reader, packet->l4_offset, &start, sizeof(start)))
		return 1;
	if (protocol == IPPROTO_FRAGMENT && start.fragment_field & bpf_htons(0xfff8))
		packet->flags |= APUS_FLAG_FRAGMENT;
	packet->l4_offset += extension_bytes(protocol, &start);
	packet->protocol = start.next;
	return 0;
}

// Moves protocol and l4_offset behind all extension headers; stops at what a later fragment carries. A loop by helper,
// because the verifier would follow each way through an ordinary one.
static __always_inline enum parse_result parse_extensions(const struct reader *reader, struct packet *packet)
{
	struct extension_walk walk = { .reader = reader, .packet = packet, .result = PARSE_MALFORMED };

	if (!is_extension(packet->protocol))
		return PARSE_OK;
	bpf_loop(EXTENSIONS_AT_MOST + 1, skip_extension, &walk, 0);
	return walk.result;
}

#endif
