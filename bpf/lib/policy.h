// What policy says of a packet that begins a connection.
#ifndef APUS_POLICY_H
#define APUS_POLICY_H

#include <bpf/bpf_endian.h>
#include "maps.h"
#include "packet.h"

struct verdict {
	__u32 rule;      // 0: none
	__u16 reason;    // enum apus_drop_reason; 0: policy allows it
	__u8 match_type; // enum apus_match_type
	bool audited;    // `reason` stands, but the packet passes all the same
};

static __always_inline bool verdict_drops(const struct verdict *verdict)
{
	return verdict->reason && !verdict->audited;
}

// What a rule's port is compared with: the destination port, or the ICMP type.
static __always_inline __u16 policy_port(const struct packet *packet)
{
	return packet_is_icmp(packet) ? packet->icmp_type : packet->destination_port;
}

// What the endpoint is held to at this moment: read once for a packet, as it may change meanwhile.
static __always_inline struct apus_policy_in_force policy_now(const struct apus_endpoint *endpoint)
{
	__u32 slot = endpoint->slot;
	const volatile __u64 *word = bpf_map_lookup_elem(&policy_in_force, &slot);
	union {
		__u64 word;
		struct apus_policy_in_force policy;
	} now = { .word = word ? *word : 0 };

	return now.policy;
}

// The most specific entry of one identity. A packet without ports (a later fragment, a protocol that has none) can
// match entries only that do not ask for one.
static __always_inline const struct apus_policy_value *policy_find(__u32 number, __u32 identity,
								   enum apus_direction direction,
								   const struct packet *packet)
{
	struct apus_policy_key key = {
		.prefix_bits = APUS_POLICY_EXACT_BITS + APUS_POLICY_PROTOCOL_BITS,
		.policy = number,
		.identity = identity,
		.direction = direction,
		.protocol = packet->protocol,
	};

	if (packet->flags & APUS_FLAG_L4) {
		key.prefix_bits += APUS_POLICY_PORT_BITS;
		key.port_be = bpf_htons(policy_port(packet));
	}
	return bpf_map_lookup_elem(&policy, &key);
}

static __always_inline void rule_count_hit(const struct apus_policy_value *value)
{
	__u32 index = value->hits;
	__u64 *hits = bpf_map_lookup_elem(&rule_hits, &index);

	if (hits)
		__sync_fetch_and_add(hits, 1);
}

static __always_inline enum apus_match_type match_type_of(const struct apus_policy_value *value, bool is_exact)
{
	if (value->match_bits > APUS_POLICY_PROTOCOL_BITS)
		return is_exact ? APUS_MATCH_L3_L4 : APUS_MATCH_L4_ONLY;
	if (value->match_bits > 0)
		return is_exact ? APUS_MATCH_L3_PROTO : APUS_MATCH_PROTO_ONLY;
	return is_exact ? APUS_MATCH_L3_ONLY : APUS_MATCH_ALL;
}

// A deny wins over any allow; between two of a kind the longer match wins, and the exact identity a tie.
static __always_inline bool exact_wins(const struct apus_policy_value *exact, const struct apus_policy_value *any)
{
	if (!exact || !any)
		return exact;
	if (exact->deny != any->deny)
		return exact->deny;
	return exact->match_bits >= any->match_bits;
}

static __always_inline struct verdict policy_verdict_without_rule(__u32 number, enum apus_direction direction,
								  const struct packet *packet)
{
	const struct apus_policy_value *value = policy_find(number, APUS_IDENTITY_OF_DEFAULT_DENY, direction, packet);
	struct verdict verdict = {
		.reason = packet->flags & APUS_FLAG_FRAGMENT ? APUS_DROP_FRAGMENT_UNSUPPORTED : APUS_DROP_POLICY_DENIED,
	};

	if (value) {
		verdict.rule = value->rule;
		rule_count_hit(value);
	}
	return verdict;
}

static __always_inline struct verdict policy_verdict_of_rules(__u32 number, __u32 peer, enum apus_direction direction,
							      const struct packet *packet)
{
	const struct apus_policy_value *exact = policy_find(number, peer, direction, packet);
	const struct apus_policy_value *any = policy_find(number, 0, direction, packet);
	bool is_exact = exact_wins(exact, any);
	const struct apus_policy_value *value = is_exact ? exact : any;

	if (!value)
		return policy_verdict_without_rule(number, direction, packet);
	rule_count_hit(value);
	return (struct verdict){
		.rule = value->rule,
		.reason = value->deny ? APUS_DROP_POLICY_DENY : 0,
		.match_type = match_type_of(value, is_exact),
	};
}

static __always_inline struct verdict policy_judge(const struct apus_policy_in_force *now, __u32 peer,
						   enum apus_direction direction, const struct packet *packet)
{
	__u8 enforcement = direction == APUS_EGRESS ? now->egress : now->ingress;
	struct verdict verdict;

	if (enforcement == APUS_ENFORCEMENT_NONE)
		return (struct verdict){ .match_type = APUS_MATCH_ALL };
	verdict = policy_verdict_of_rules(now->policy, peer, direction, packet);
	verdict.audited = verdict.reason && enforcement == APUS_ENFORCEMENT_AUDIT;
	return verdict;
}

#endif
