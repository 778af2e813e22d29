// Connections that were let through, as each endpoint sees them.
#ifndef APUS_CONNTRACK_H
#define APUS_CONNTRACK_H

#include <stddef.h>
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include "connection_key.h"
#include "events.h"
#include "policy.h"

#define SECOND_NS 1000000000ULL
// After such silence an entry means nothing any more, and the next packet is judged as a new connection's first. The times
// are those after which Cilium forgets: of a TCP connection that is open, that nobody has answered, that is closed; of all
// else.
#define TCP_OPEN_TIMEOUT_NS (8000 * SECOND_NS)
#define TCP_UNANSWERED_TIMEOUT_NS (60 * SECOND_NS)
#define TCP_CLOSED_TIMEOUT_NS (10 * SECOND_NS)
#define OTHER_TIMEOUT_NS (60 * SECOND_NS)

// Time since some moment, to a tick of the kernel's clock. The verifier makes a load of it, where a clock is a call.
static __always_inline __u64 tick_time_ns(void)
{
	return bpf_jiffies64() * settings.tick_ns;
}

enum connection_state {
	CONNECTION_REPLIED = 1 << 0, // packets went both ways
	CONNECTION_FIN_FORWARD = 1 << 1,
	CONNECTION_FIN_REPLY = 1 << 2,
	CONNECTION_RESET = 1 << 3,
	CONNECTION_CLOSING = CONNECTION_FIN_FORWARD | CONNECTION_FIN_REPLY | CONNECTION_RESET,
};

// What was delivered to the endpoint and not yet reported. Only that direction makes trace events.
struct delivery {
	__u64 last_event_ns; // 0: none yet
	__u64 bytes;
	__u32 packets;
	__u8 tcp_flags;      // of the packets that are not yet reported
	__u8 tcp_flags_ever; // of all
	__u16 reserved;
};

struct connection {
	__u64 last_seen_ns;
	struct delivery delivery;
	__u32 policy; // number of the policy that this was judged by
	__u32 rule;
	__u8 initiator; // enum apus_direction: APUS_EGRESS when the endpoint sent the first packet
	__u8 match_type;
	__u8 state; // enum connection_state
	__u8 reserved[5];
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 131072);
	__type(key, struct connection_key);
	__type(value, struct connection);
} conntrack SEC(".maps");

static __always_inline bool connection_is_closed(const struct connection *connection)
{
	__u8 both = CONNECTION_FIN_FORWARD | CONNECTION_FIN_REPLY;

	return connection->state & CONNECTION_RESET || (connection->state & both) == both;
}

static __always_inline __u64 connection_timeout_ns(const struct connection *connection, __u8 protocol)
{
	if (protocol != IPPROTO_TCP)
		return OTHER_TIMEOUT_NS;
	if (connection_is_closed(connection))
		return TCP_CLOSED_TIMEOUT_NS;
	return connection->state & CONNECTION_REPLIED ? TCP_OPEN_TIMEOUT_NS : TCP_UNANSWERED_TIMEOUT_NS;
}

static __always_inline bool connection_is_expired(const struct connection *connection, __u8 protocol, __u64 now_ns)
{
	// Signed: another CPU may have written a later time than this one has read.
	__s64 silence_ns = now_ns - connection->last_seen_ns;

	return silence_ns > (__s64)connection_timeout_ns(connection, protocol);
}

static __always_inline struct connection *connection_find(const struct connection_key *key, __u64 now_ns)
{
	struct connection *connection = bpf_map_lookup_elem(&conntrack, key);

	if (!connection || connection_is_expired(connection, key->protocol, now_ns))
		return NULL;
	return connection;
}

// The connection that the packet belongs to; NULL when it begins a new one, even if the old entry is still there.
static __always_inline struct connection *connection_of_packet(const struct connection_key *key,
							       const struct packet *packet,
							       enum apus_direction direction, __u64 now_ns)
{
	struct connection *connection = connection_find(key, now_ns);

	if (!connection)
		return NULL;
	if (packet_starts_connection(packet) &&
	    (connection->initiator != direction || connection->state & CONNECTION_CLOSING))
		return NULL;
	return connection;
}

static __always_inline __u8 state_of_packet(const struct packet *packet, bool is_reply)
{
	__u8 state = is_reply ? CONNECTION_REPLIED : 0;

	if (packet->tcp_flags & APUS_TCP_FIN)
		state |= is_reply ? CONNECTION_FIN_REPLY : CONNECTION_FIN_FORWARD;
	if (packet->tcp_flags & APUS_TCP_RST)
		state |= CONNECTION_RESET;
	return state;
}

// Notes that a packet passed.
static __always_inline void connection_touch(struct connection *connection, const struct packet *packet, bool is_reply,
					     __u64 now_ns)
{
	__u8 state = state_of_packet(packet, is_reply);

	connection->last_seen_ns = now_ns;
	if ((connection->state & state) != state)
		connection->state |= state;
}

static __always_inline void connection_set_verdict(struct connection *connection, const struct verdict *verdict,
						   __u32 policy)
{
	connection->rule = verdict->rule;
	connection->match_type = verdict->match_type;
	connection->policy = policy;
}

// Remembers a connection whose first packet passes; NULL when the map has no room for it.
static __always_inline struct connection *connection_open(const struct connection_key *key, const struct packet *packet,
							  enum apus_direction direction,
							  const struct verdict *verdict, __u32 policy,
							  __u64 now_ns)
{
	struct connection connection = {
		.last_seen_ns = now_ns,
		.initiator = direction,
		.state = state_of_packet(packet, false),
	};

	connection_set_verdict(&connection, verdict, policy);
	if (bpf_map_update_elem(&conntrack, key, &connection, BPF_ANY))
		return NULL;
	return bpf_map_lookup_elem(&conntrack, key);
}

struct sweep {
	__u64 now_ns;
	struct apus_sweep result;
};

static long sweep_connection(void *map, const struct connection_key *key, struct connection *connection,
			     struct sweep *sweep)
{
	if (!connection_is_expired(connection, key->protocol, sweep->now_ns)) {
		sweep->result.connections++;
		return 0;
	}
	if (!bpf_map_delete_elem(map, key))
		sweep->result.expired++;
	return 0;
}

#endif
