// Events of the endpoint programs.
#ifndef APUS_POD_EVENTS_H
#define APUS_POD_EVENTS_H

#include "conntrack.h"
#include "events.h"
#include "identity.h"

// The packet at hand, and all that the programs look up for it once.
struct passage {
	struct __sk_buff *skb;
	const struct apus_endpoint *endpoint;
	enum apus_direction direction; // of the hook, and so of the packet
	struct apus_policy_in_force policy;
	struct packet packet;
};

static __always_inline void event_place(struct apus_event *event, const struct passage *passage,
					const struct identities *identities)
{
	bool leaves = passage->direction == APUS_EGRESS;

	event_describe(event, &passage->packet);
	event->endpoint = passage->endpoint->id;
	event->namespace_or_policy = passage->policy.policy;
	event->ifindex = passage->skb->ifindex;
	event->source_identity = leaves ? identities->local : identities->remote;
	event->destination_identity = leaves ? identities->remote : identities->local;
}

// A drop, or the verdict on the first packet of a connection that passes.
static __noinline void report_verdict(const struct passage *passage, const struct identities *identities,
					   const struct verdict *verdict)
{
	bool drops = verdict_drops(verdict);
	struct apus_event *event = event_reserve(drops ? APUS_EVENT_DROP : APUS_EVENT_POLICY_VERDICT,
						 drops ? APUS_COUNTER_DROP : APUS_COUNTER_POLICY_VERDICT);

	if (!event)
		return;
	event_place(event, passage, identities);
	event->flags |= passage->direction == APUS_EGRESS ? APUS_FLAG_EGRESS : 0;
	event->flags |= verdict->audited ? APUS_FLAG_AUDIT : 0;
	event->rule = verdict->rule;
	event->reason = verdict->reason;
	event->match_type = verdict->match_type;
	event_submit(event);
}

// A packet delivered to the endpoint. The connection's direction goes into the flags, its rule says why it may.
static __noinline struct apus_event *trace_reserve(const struct passage *passage,
							const struct connection *connection,
							enum apus_trace_reason reason)
{
	struct identities identities = identities_of_packet(passage->endpoint, &passage->packet, passage->direction);
	struct apus_event *event = event_reserve(APUS_EVENT_TRACE, APUS_COUNTER_TRACE);

	if (!event)
		return NULL;
	event_place(event, passage, &identities);
	event->flags |= connection->initiator == APUS_EGRESS ? APUS_FLAG_EGRESS : 0;
	event->flags |= reason == APUS_TRACE_REPLY ? APUS_FLAG_REPLY : 0;
	event->rule = connection->rule;
	event->match_type = connection->match_type;
	event->trace_reason = reason;
	return event;
}

static __always_inline bool delivery_is_due(const struct delivery *delivery, __u8 tcp_flags, __u64 now_ns)
{
	return settings.trace_every_packet || !delivery->last_event_ns || tcp_flags & ~delivery->tcp_flags_ever ||
	       (__s64)(now_ns - delivery->last_event_ns) >= (__s64)settings.trace_interval_ns;
}

// Takes what was delivered since the last event; several CPUs may deliver for one connection, each byte is told once.
static __always_inline void delivery_take(struct delivery *delivery, struct apus_event *event)
{
	event->packets = __sync_lock_test_and_set(&delivery->packets, 0);
	event->bytes = __sync_lock_test_and_set(&delivery->bytes, 0);
	event->tcp_flags |= delivery->tcp_flags;
	delivery->tcp_flags = 0;
}

// Adds the packet to what was delivered, and reports it all when it is time. When the ring is full the amounts stay for
// the next event.
static __always_inline void report_delivery(const struct passage *passage, struct connection *connection,
					    enum apus_trace_reason reason, __u64 now_ns)
{
	struct delivery *delivery = &connection->delivery;
	__u8 tcp_flags = passage->packet.tcp_flags;
	bool due = delivery_is_due(delivery, tcp_flags, now_ns);
	struct apus_event *event;

	__sync_fetch_and_add(&delivery->packets, 1);
	__sync_fetch_and_add(&delivery->bytes, passage->packet.bytes);
	if (!due) {
		delivery->tcp_flags |= tcp_flags;
		return;
	}
	delivery->tcp_flags_ever |= tcp_flags;
	delivery->last_event_ns = now_ns;
	event = trace_reserve(passage, connection, reason);
	if (!event)
		return;
	delivery_take(delivery, event);
	event_submit(event);
}

// An ICMP error about one of the endpoint's connections: rare, reported each.
static __always_inline void report_related(const struct passage *passage, const struct connection *connection)
{
	struct apus_event *event = trace_reserve(passage, connection, APUS_TRACE_RELATED);

	if (event)
		event_submit(event);
}

#endif
