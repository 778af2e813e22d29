// TCP, UDP, SCTP, ICMP, ICMPv6.
#ifndef APUS_PARSE_L4_H
#define APUS_PARSE_L4_H

#include <bpf/bpf_endian.h>
#include "packet.h"
#include "reader.h"

// The first eight bytes of a layer 4 header: what an ICMP error always quotes.
union l4_start {
	struct {
		__be16 source;
		__be16 destination;
	} ports;
	struct {
		__u8 type;
		__u8 code;
		__be16 checksum;
		__be16 echo_id;
	} icmp;
	__u64 word;
};

#define TCP_FLAGS_OFFSET 13

static __always_inline bool has_ports(__u8 protocol)
{
	return protocol == IPPROTO_TCP || protocol == IPPROTO_UDP || protocol == IPPROTO_SCTP;
}

// Reads the fields of the protocol; a later fragment and an unknown protocol have none.
static __always_inline enum parse_result parse_l4(const struct reader *reader, enum parse_extent extent,
						  struct packet *packet)
{
	union l4_start start;

	if (packet->flags & APUS_FLAG_FRAGMENT || !(has_ports(packet->protocol) || packet_is_icmp(packet)))
		return PARSE_OK;
	if (reader_load(reader, packet->l4_offset, &start, sizeof(start)))
		return PARSE_MALFORMED;
	if (has_ports(packet->protocol)) {
		packet->source_port = bpf_ntohs(start.ports.source);
		packet->destination_port = bpf_ntohs(start.ports.destination);
	} else {
		packet->icmp_type = start.icmp.type;
		packet->icmp_code = start.icmp.code;
	}
	if (packet->protocol == IPPROTO_TCP && extent != PARSE_QUOTED &&
	    reader_load(reader, packet->l4_offset + TCP_FLAGS_OFFSET, &packet->tcp_flags, 1))
		return PARSE_MALFORMED;
	packet->flags |= APUS_FLAG_L4;
	if (packet_is_echo_request(packet) || packet_is_echo_reply(packet))
		packet->echo_id = start.icmp.echo_id;
	return PARSE_OK;
}

#endif
