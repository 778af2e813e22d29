// What makes two packets belong to one connection.
#ifndef APUS_CONNECTION_KEY_H
#define APUS_CONNECTION_KEY_H

#include "packet.h"

// Seen from the endpoint, so that both directions have the same key.
struct connection_key {
	struct apus_address local;
	struct apus_address remote;
	__u32 endpoint;
	__u16 local_port;
	__u16 remote_port;
	__u8 protocol;
	__u8 reserved[7]; // always zero: the map compares all bytes
};

_Static_assert(sizeof(struct connection_key) == 48, "connection_key has no hidden padding");

// An echo's id stands on the side that asks, so that pings in both directions with one id stay two connections. Other
// ICMP is never an answer: the direction is part of its key.
static __always_inline void key_set_icmp(struct connection_key *key, const struct packet *packet,
					 enum apus_direction direction)
{
	if (packet_is_echo_request(packet) || packet_is_echo_reply(packet)) {
		bool local_asks = packet_is_echo_request(packet) == (direction == APUS_EGRESS);

		key->local_port = local_asks ? packet->echo_id : 0;
		key->remote_port = local_asks ? 0 : packet->echo_id;
		return;
	}
	key->local_port = direction + 1;
	key->remote_port = packet->icmp_type << 8 | packet->icmp_code;
}

// `direction` is the packet's own.
static __always_inline void key_of_packet(struct connection_key *key, __u32 endpoint, const struct packet *packet,
					  enum apus_direction direction)
{
	bool leaves = direction == APUS_EGRESS;

	__builtin_memset(key, 0, sizeof(*key));
	key->endpoint = endpoint;
	key->protocol = packet->protocol;
	key->local = leaves ? packet->source : packet->destination;
	key->remote = leaves ? packet->destination : packet->source;
	if (packet_is_icmp(packet)) {
		key_set_icmp(key, packet, direction);
		return;
	}
	key->local_port = leaves ? packet->source_port : packet->destination_port;
	key->remote_port = leaves ? packet->destination_port : packet->source_port;
}

#endif
