// What the programs know of a packet.
#ifndef APUS_PACKET_H
#define APUS_PACKET_H

#include <apus_datapath.h>
#include <linux/icmpv6.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <stdbool.h>

// linux/icmp.h has these, but pulls in the C library's headers.
enum icmp_v4_type {
	ICMP_ECHOREPLY = 0,
	ICMP_DEST_UNREACH = 3,
	ICMP_ECHO = 8,
	ICMP_TIME_EXCEEDED = 11,
	ICMP_PARAMETERPROB = 12,
};

struct packet {
	struct apus_address source;
	struct apus_address destination;
	__u32 bytes;       // layer 3 and up; of a segmentation-offload packet all, as the hook sees it: one packet
	__u32 l4_offset;   // from the start of layer 3
	__u16 source_port; // host order; 0 unless TCP, UDP, SCTP
	__u16 destination_port;
	__u16 flags;      // enum apus_event_flags: what the headers can tell
	__u16 ether_type; // host order
	__u16 echo_id;    // network order, as it is only compared; 0 unless ICMP echo
	__u8 protocol;
	__u8 tcp_flags; // enum apus_tcp_flags
	__u8 icmp_type;
	__u8 icmp_code;
};

static __always_inline bool packet_is_icmp(const struct packet *packet)
{
	return packet->protocol == IPPROTO_ICMP || packet->protocol == IPPROTO_ICMPV6;
}

static __always_inline bool packet_is_echo_request(const struct packet *packet)
{
	if (!(packet->flags & APUS_FLAG_L4))
		return false;
	return (packet->protocol == IPPROTO_ICMP && packet->icmp_type == ICMP_ECHO) ||
	       (packet->protocol == IPPROTO_ICMPV6 && packet->icmp_type == ICMPV6_ECHO_REQUEST);
}

static __always_inline bool packet_is_echo_reply(const struct packet *packet)
{
	if (!(packet->flags & APUS_FLAG_L4))
		return false;
	return (packet->protocol == IPPROTO_ICMP && packet->icmp_type == ICMP_ECHOREPLY) ||
	       (packet->protocol == IPPROTO_ICMPV6 && packet->icmp_type == ICMPV6_ECHO_REPLY);
}

// Destination unreachable, packet too big, time exceeded, parameter problem: they quote the packet they are about.
static __always_inline bool packet_is_icmp_error(const struct packet *packet)
{
	if (!(packet->flags & APUS_FLAG_L4))
		return false;
	if (packet->protocol == IPPROTO_ICMP)
		return packet->icmp_type == ICMP_DEST_UNREACH || packet->icmp_type == ICMP_TIME_EXCEEDED ||
		       packet->icmp_type == ICMP_PARAMETERPROB;
	return packet->protocol == IPPROTO_ICMPV6 && packet->icmp_type >= ICMPV6_DEST_UNREACH &&
	       packet->icmp_type <= ICMPV6_PARAMPROB;
}

// Neighbour discovery (133…137) and multicast listener discovery (130…132, 143): without them a link does not work.
static __always_inline bool packet_is_link_upkeep(const struct packet *packet)
{
	if (packet->protocol != IPPROTO_ICMPV6 || !(packet->flags & APUS_FLAG_L4))
		return false;
	return (packet->icmp_type >= 130 && packet->icmp_type <= 137) || packet->icmp_type == 143;
}

// The packet can only be the first of a connection, whatever came before it.
static __always_inline bool packet_starts_connection(const struct packet *packet)
{
	if (packet->protocol == IPPROTO_TCP)
		return (packet->tcp_flags & (APUS_TCP_SYN | APUS_TCP_ACK)) == APUS_TCP_SYN;
	return packet_is_echo_request(packet);
}

#endif
