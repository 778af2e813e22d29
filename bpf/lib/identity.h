// Address → security identity.
#ifndef APUS_IDENTITY_H
#define APUS_IDENTITY_H

#include "maps.h"
#include "packet.h"

#define IDENTITY_WORLD 2 // reserved:world, what no prefix claims

struct identities {
	__u32 local;
	__u32 remote;
};

static __always_inline __u32 identity_of_address(const struct apus_address *address, __u32 otherwise)
{
	struct apus_ipcache_key key = { .prefix_bits = 128 };
	struct apus_ipcache_value *value;

	__builtin_memcpy(key.address_be, address, sizeof(key.address_be));
	value = bpf_map_lookup_elem(&ipcache, &key);
	return value ? value->identity : otherwise;
}

// `direction` is the packet's own.
static __always_inline struct identities identities_of_packet(const struct apus_endpoint *endpoint,
							      const struct packet *packet,
							      enum apus_direction direction)
{
	bool leaves = direction == APUS_EGRESS;

	return (struct identities){
		.local = identity_of_address(leaves ? &packet->source : &packet->destination, endpoint->identity),
		.remote = identity_of_address(leaves ? &packet->destination : &packet->source, IDENTITY_WORLD),
	};
}

#endif
