// Headers → struct packet. The reader of bytes is the includer's: skb_reader.h for tc programs, kernel_reader.h for
// packets found in the kernel's memory.
#ifndef APUS_PARSE_H
#define APUS_PARSE_H

#include <linux/ip.h>
#include <linux/ipv6.h>
#include <bpf/bpf_endian.h>
#include "packet.h"
#include "parse_extensions.h"
#include "parse_l4.h"
#include "reader.h"

static __always_inline struct apus_address address_from_v4(__be32 address)
{
	return (struct apus_address){
		.low_be = bpf_cpu_to_be64(0xffff00000000ULL | bpf_ntohl(address)),
	};
}

static __always_inline struct apus_address address_from_v6(const struct in6_addr *address)
{
	struct apus_address result;

	__builtin_memcpy(&result, address, sizeof(result));
	return result;
}

static __always_inline bool length_is_possible(const struct reader *reader, const struct packet *packet,
					       __u32 header_bytes)
{
	return packet->bytes >= header_bytes && packet->bytes <= reader->bytes;
}

static __always_inline enum parse_result parse_ipv4(const struct reader *reader, __u32 offset, enum parse_extent extent,
						    struct packet *packet)
{
	struct iphdr header;
	__u32 header_bytes;

	if (reader_load(reader, offset, &header, sizeof(header)))
		return PARSE_MALFORMED;
	header_bytes = header.ihl * 4;
	if (header.version != 4 || header_bytes < sizeof(header))
		return PARSE_MALFORMED;
	packet->source = address_from_v4(header.saddr);
	packet->destination = address_from_v4(header.daddr);
	packet->protocol = header.protocol;
	// A total length of 0 is what the kernel writes for its own offloaded packets of more than 64 KiB.
	packet->bytes = header.tot_len ? bpf_ntohs(header.tot_len) : reader->oversized_bytes;
	packet->l4_offset = offset + header_bytes;
	if (extent == PARSE_WHOLE && !length_is_possible(reader, packet, header_bytes))
		return PARSE_MALFORMED;
	if (header.frag_off & bpf_htons(0x1fff))
		packet->flags |= APUS_FLAG_FRAGMENT;
	return parse_l4(reader, extent, packet);
}

static __always_inline enum parse_result parse_ipv6(const struct reader *reader, __u32 offset, enum parse_extent extent,
						    struct packet *packet)
{
	struct ipv6hdr header;
	enum parse_result result;

	packet->flags |= APUS_FLAG_IPV6;
	if (reader_load(reader, offset, &header, sizeof(header)) || header.version != 6)
		return PARSE_MALFORMED;
	packet->source = address_from_v6(&header.saddr);
	packet->destination = address_from_v6(&header.daddr);
	packet->bytes = sizeof(header) + bpf_ntohs(header.payload_len);
	// A jumbo payload has its length in a hop-by-hop option; only the kernel's own offloaded packets may.
	if (!header.payload_len && header.nexthdr == IPPROTO_HOPOPTS)
		packet->bytes = reader->oversized_bytes;
	if (extent == PARSE_WHOLE && !length_is_possible(reader, packet, sizeof(header)))
		return PARSE_MALFORMED;
	packet->protocol = header.nexthdr;
	packet->l4_offset = offset + sizeof(header);
	result = parse_extensions(reader, packet);
	return result == PARSE_OK ? parse_l4(reader, extent, packet) : result;
}

// The packet that starts at offset. `packet` must be zero.
static __always_inline enum parse_result parse_ip(const struct reader *reader, __u32 offset, __u16 ether_type,
						  enum parse_extent extent, struct packet *packet)
{
	packet->ether_type = ether_type;
	if (ether_type == ETH_P_IP)
		return parse_ipv4(reader, offset, extent, packet);
	if (ether_type == ETH_P_IPV6)
		return parse_ipv6(reader, offset, extent, packet);
	return PARSE_NOT_IP;
}

#endif
