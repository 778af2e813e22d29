// Policy and flow events at the interface of an endpoint: the node's end of a pod's veth pair, or the host's uplink.
//
//   apus_from_pod  what the endpoint sends    (veth: tc ingress, uplink: tc egress)   enforces egress policy
//   apus_to_pod    what the endpoint receives (veth: tc egress,  uplink: tc ingress)  enforces ingress policy
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_helpers.h>
#include "lib/drop_mark.h"
#include "lib/parse.h"
#include "lib/pod_events.h"
#include "lib/skb_reader.h"

char program_license[] SEC("license") = "GPL";

// Not TC_ACT_OK: that would end the hook, and other tools' filters on the interface would see nothing.
#define PASS TC_ACT_UNSPEC

static __always_inline int drop(const struct passage *passage, const struct identities *identities,
				const struct verdict *verdict)
{
	report_verdict(passage, identities, verdict);
	passage->skb->mark = APUS_DROP_MARK;
	return TC_ACT_SHOT;
}

// Whoever only observes leaves a malformed packet to the kernel, which drops it and says so itself.
static __always_inline int judge_malformed(const struct passage *passage)
{
	__u8 enforcement = passage->direction == APUS_EGRESS ? passage->policy.egress : passage->policy.ingress;
	struct identities not_looked_up = {};
	struct verdict verdict = { .reason = APUS_DROP_INVALID_PACKET };

	return enforcement == APUS_ENFORCEMENT_ENFORCE ? drop(passage, &not_looked_up, &verdict) : PASS;
}

// The first packet of a connection: policy decides.
static __always_inline int begin(const struct passage *passage, const struct connection_key *key, __u64 now_ns)
{
	const struct packet *packet = &passage->packet;
	struct identities identities = identities_of_packet(passage->endpoint, packet, passage->direction);
	struct verdict verdict = policy_judge(&passage->policy, identities.remote, passage->direction, packet);
	struct connection *connection;

	if (verdict_drops(&verdict))
		return drop(passage, &identities, &verdict);
	report_verdict(passage, &identities, &verdict);
	connection = connection_open(key, packet, passage->direction, &verdict, passage->policy.policy, now_ns);
	if (connection && passage->direction == APUS_INGRESS)
		report_delivery(passage, connection, APUS_TRACE_NEW, now_ns);
	return PASS;
}

// Policy may have changed since the connection was judged. A connection that it denies now ends in both directions.
static __always_inline int judge_again(const struct passage *passage, const struct connection_key *key,
				       struct connection *connection)
{
	const struct packet *packet = &passage->packet;
	struct identities identities = identities_of_packet(passage->endpoint, packet, passage->direction);
	struct verdict verdict = policy_judge(&passage->policy, identities.remote, passage->direction, packet);

	if (verdict_drops(&verdict)) {
		bpf_map_delete_elem(&conntrack, key);
		return drop(passage, &identities, &verdict);
	}
	connection_set_verdict(connection, &verdict, passage->policy.policy);
	return PASS;
}

static __always_inline int go_on(const struct passage *passage, const struct connection_key *key,
				 struct connection *connection, __u64 now_ns)
{
	bool is_reply = connection->initiator != passage->direction;

	if (!is_reply && connection->policy != passage->policy.policy &&
	    judge_again(passage, key, connection) != PASS)
		return TC_ACT_SHOT;
	connection_touch(connection, &passage->packet, is_reply, now_ns);
	if (passage->direction == APUS_INGRESS)
		report_delivery(passage, connection, is_reply ? APUS_TRACE_REPLY : APUS_TRACE_ESTABLISHED, now_ns);
	return PASS;
}

// The connection whose packet an ICMP error quotes. That packet went the other way than the error.
static __always_inline const struct connection *quoted_connection(const struct passage *passage,
								  const struct reader *reader, __u64 now_ns)
{
	const struct packet *packet = &passage->packet;
	enum apus_direction back = passage->direction == APUS_EGRESS ? APUS_INGRESS : APUS_EGRESS;
	struct connection_key key;
	struct packet quoted = {};

	if (parse_ip(reader, packet->l4_offset + 8, packet->ether_type, PARSE_QUOTED, &quoted) != PARSE_OK)
		return NULL;
	key_of_packet(&key, passage->endpoint->id, &quoted, back);
	return connection_find(&key, now_ns);
}

static __always_inline int judge(const struct passage *passage, const struct reader *reader)
{
	__u64 now_ns = tick_time_ns();
	const struct connection *related = NULL;
	struct connection *connection;
	struct connection_key key;

	if (packet_is_icmp_error(&passage->packet))
		related = quoted_connection(passage, reader, now_ns);
	if (related) {
		if (passage->direction == APUS_INGRESS)
			report_related(passage, related);
		return PASS;
	}
	key_of_packet(&key, passage->endpoint->id, &passage->packet, passage->direction);
	connection = connection_of_packet(&key, &passage->packet, passage->direction, now_ns);
	return connection ? go_on(passage, &key, connection, now_ns) : begin(passage, &key, now_ns);
}

static __always_inline int handle(struct __sk_buff *skb, enum apus_direction direction)
{
	__u32 ifindex = skb->ifindex;
	struct passage passage = {
		.skb = skb,
		.endpoint = bpf_map_lookup_elem(&endpoints, &ifindex),
		.direction = direction,
	};
	struct reader reader;

	if (!passage.endpoint)
		return PASS;
	passage.policy = policy_now(passage.endpoint);
	reader = reader_of_skb(skb, passage.endpoint->has_ethernet);
	switch (parse_ip(&reader, 0, bpf_ntohs(skb->protocol), PARSE_WHOLE, &passage.packet)) {
	case PARSE_NOT_IP:
		return PASS;
	case PARSE_MALFORMED:
		return judge_malformed(&passage);
	case PARSE_OK:
		break;
	}
	return packet_is_link_upkeep(&passage.packet) ? PASS : judge(&passage, &reader);
}

SEC("tc")
int apus_from_pod(struct __sk_buff *skb)
{
	return handle(skb, APUS_EGRESS);
}

SEC("tc")
int apus_to_pod(struct __sk_buff *skb)
{
	return handle(skb, APUS_INGRESS);
}

// Takes out connections that have expired. Packets do not need it: they pass over such entries. User space runs it now
// and then.
SEC("syscall")
int apus_sweep_connections(struct apus_sweep *result)
{
	struct sweep sweep = { .now_ns = tick_time_ns() };

	bpf_for_each_map_elem(&conntrack, sweep_connection, &sweep, 0);
	*result = sweep.result;
	return 0;
}
