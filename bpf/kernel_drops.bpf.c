// Packets that the kernel frees for a reason of its own, wherever that happens.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>
#include "lib/drop_mark.h"
#include "lib/events.h"
#include "lib/kernel_reader.h"
#include "lib/parse.h"

char program_license[] SEC("license") = "GPL";

// Whether the tracepoint tells the receiving socket (since Linux 6.11); user space looks that up.
const volatile bool tells_receiver = false;

// Inode numbers of the network namespaces that are reported when settings.restrict_namespaces says so.
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096);
	__type(key, __u32);
	__type(value, __u8);
} namespaces SEC(".maps");

static __always_inline bool is_ignored(__u32 reason)
{
	return reason < 256 && settings.ignored_reasons[reason / 64] >> reason % 64 & 1;
}

// pod.bpf.c has sent an event for this packet.
static __always_inline bool is_own_drop(struct sk_buff *skb, __u32 reason)
{
	return skb->mark == APUS_DROP_MARK &&
	       (reason == bpf_core_enum_value(enum skb_drop_reason, SKB_DROP_REASON_TC_INGRESS) ||
		reason == bpf_core_enum_value(enum skb_drop_reason, SKB_DROP_REASON_TC_EGRESS));
}

// A message of a Unix or netlink socket is a buffer, too, but never was a packet.
static __always_inline bool is_packet(struct sk_buff *skb)
{
	return skb->dev || skb->protocol;
}

// TCP takes the device off a packet before it looks at it closely; then the socket tells. 0: unknown.
static __always_inline __u32 namespace_of(struct sk_buff *skb, struct sock *receiver)
{
	struct net_device *device = skb->dev;
	struct sock *socket = skb->sk;

	if (device)
		return device->nd_net.net->ns.inum;
	if (socket)
		return socket->__sk_common.skc_net.net->ns.inum;
	if (receiver)
		return receiver->__sk_common.skc_net.net->ns.inum;
	return 0;
}

static __always_inline bool is_watched(__u32 network_namespace)
{
	return !settings.restrict_namespaces || bpf_map_lookup_elem(&namespaces, &network_namespace);
}

// Reading got as far as the addresses.
static __always_inline bool has_addresses(const struct packet *packet)
{
	return packet->source.high_be | packet->source.low_be | packet->destination.high_be |
	       packet->destination.low_be;
}

// Tells what the headers say, as far as they can be read.
static __always_inline void describe_packet(struct apus_event *event, struct sk_buff *skb)
{
	struct packet packet = {};
	struct reader reader;
	__u16 ether_type = bpf_ntohs(skb->protocol);
	bool is_readable = reader_of_kernel_packet(skb, &reader);

	if (!is_readable || parse_ip(&reader, 0, ether_type, PARSE_FREED, &packet) == PARSE_NOT_IP ||
	    !has_addresses(&packet))
		packet = (struct packet){ .flags = APUS_FLAG_NO_IP, .ether_type = ether_type, .bytes = skb->len };
	event_describe(event, &packet);
}

static __always_inline void describe_device(struct apus_event *event, struct net_device *device)
{
	if (!device)
		return;
	event->ifindex = device->ifindex;
	bpf_probe_read_kernel_str(event->interface, sizeof(event->interface), device->name);
}

SEC("tp_btf/kfree_skb")
int kfree_skb(__u64 *context)
{
	struct sk_buff *skb = (void *)context[0];
	__u32 reason = context[2];
	struct sock *receiver = tells_receiver ? (void *)context[3] : NULL;
	__u32 network_namespace;
	struct apus_event *event;

	if (is_ignored(reason) || is_own_drop(skb, reason) || !is_packet(skb))
		return 0;
	network_namespace = namespace_of(skb, receiver);
	if (!is_watched(network_namespace))
		return 0;
	event = event_reserve(APUS_EVENT_KERNEL_DROP, APUS_COUNTER_KERNEL_DROP);
	if (!event)
		return 0;
	describe_packet(event, skb);
	describe_device(event, skb->dev);
	event->reason = reason;
	event->location = context[1];
	event->namespace_or_policy = network_namespace;
	event_submit(event);
	return 0;
}
