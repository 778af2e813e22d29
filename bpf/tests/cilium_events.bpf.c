// Writes records into a perf event array as Cilium's programs do: a structure, and the packet's first bytes behind it. The
// same goes into our own ring buffer as an event, so that a test can compare the two ways.
// The structures are declared here a second time, from the description of the format, so that the test compares two
// readings of it.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include "../lib/events.h"
#include "../lib/parse.h"
#include "../lib/skb_reader.h"

struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(__u32));
} cilium_events SEC(".maps");

struct common {
	__u8 type;
	__u8 subtype;
	__u16 source;
	__u32 hash;
};

struct capture {
	struct common common;
	__u32 len_orig;
	__u16 len_cap;
	__u8 version;
	__u8 ext_version;
};

struct drop_v3 {
	struct capture capture;
	__u32 src_label;
	__u32 dst_label;
	__u32 dst_id;
	__u16 line;
	__u8 file;
	__s8 ext_error;
	__u32 ifindex;
	__u8 flags;
	__u8 pad[3];
	__u64 ip_trace_id;
};

struct trace_v2 {
	struct capture capture;
	__u32 src_label;
	__u32 dst_label;
	__u16 dst_id;
	__u8 reason;
	__u8 flags;
	__u32 ifindex;
	__u32 orig_ip[4];
	__u64 ip_trace_id;
};

struct policy_verdict {
	struct capture capture;
	__u32 remote_label;
	__s32 verdict;
	__u16 dst_port;
	__u8 proto;
	__u8 flags;
	__u8 auth_type;
	__u8 pad1[3];
	__u32 cookie;
	__u32 pad2;
};

struct debug_message {
	struct common common;
	__u32 arguments[3];
};

_Static_assert(sizeof(struct drop_v3) == 48, "drop");
_Static_assert(sizeof(struct trace_v2) == 56, "trace");
_Static_assert(sizeof(struct policy_verdict) == 40, "verdict");
_Static_assert(sizeof(struct debug_message) == 20, "debug");

#define CAPTURED_BYTES_AT_MOST 128

static __always_inline struct capture capture_start(struct __sk_buff *skb, __u8 type, __u8 subtype, __u16 source,
						    __u8 version)
{
	return (struct capture){
		.common = { .type = type, .subtype = subtype, .source = source, .hash = 0x1234 },
		.len_orig = skb->len,
		.len_cap = skb->len < CAPTURED_BYTES_AT_MOST ? skb->len : CAPTURED_BYTES_AT_MOST,
		.version = version,
	};
}

static __always_inline int output(struct __sk_buff *skb, const void *record, __u64 bytes, __u64 captured_bytes)
{
	return bpf_perf_event_output(skb, &cilium_events, BPF_F_CURRENT_CPU | captured_bytes << 32, (void *)record,
				     bytes) == 0;
}

// What our own programs would say of the packet; NULL when the ring is full.
static __always_inline struct apus_event *tell(struct __sk_buff *skb, enum apus_event_type type, __u16 flags)
{
	struct reader reader = reader_of_skb(skb, false);
	struct packet packet = {};
	struct apus_event *event;

	parse_ip(&reader, 0, bpf_ntohs(skb->protocol), PARSE_WHOLE, &packet);
	event = event_reserve(type, APUS_COUNTER_TRACE);
	if (!event)
		return NULL;
	event_describe(event, &packet);
	event->flags |= flags;
	event->endpoint = 77;
	event->destination_identity = 5002;
	return event;
}

SEC("tc")
int write_drop(struct __sk_buff *skb)
{
	struct drop_v3 record = {
		.capture = capture_start(skb, 1, 133, 77, 3),
		.src_label = 5001,
		.dst_label = 5002,
		.dst_id = 0,
		.ifindex = 9,
	};
	struct apus_event *event = tell(skb, APUS_EVENT_DROP, APUS_FLAG_EGRESS);

	if (event) {
		event->reason = APUS_DROP_POLICY_DENIED;
		event->source_identity = 5001;
		event->ifindex = 9;
		event_submit(event);
	}

	return output(skb, &record, sizeof(record), record.capture.len_cap);
}

SEC("tc")
int write_trace(struct __sk_buff *skb)
{
	struct trace_v2 record = {
		.capture = capture_start(skb, 4, 0, 77, 2),
		.src_label = 5001,
		.dst_label = 5002,
		.dst_id = 77,
		.reason = 2,
		.ifindex = 9,
	};
	struct apus_event *event = tell(skb, APUS_EVENT_TRACE, APUS_FLAG_EGRESS | APUS_FLAG_REPLY);

	if (event) {
		event->trace_reason = APUS_TRACE_REPLY;
		event->source_identity = 5001;
		event->ifindex = 9;
		event_submit(event);
	}

	return output(skb, &record, sizeof(record), record.capture.len_cap);
}

SEC("tc")
int write_verdict(struct __sk_buff *skb)
{
	struct policy_verdict record = {
		.capture = capture_start(skb, 5, 0, 77, 1),
		.remote_label = 5002,
		.dst_port = 80,
		.proto = 6,
		.flags = 2 | 2 << 3 | 0x40,
	};
	struct apus_event *event = tell(skb, APUS_EVENT_POLICY_VERDICT, APUS_FLAG_EGRESS | APUS_FLAG_AUDIT);

	if (event) {
		event->match_type = APUS_MATCH_L3_L4;
		event_submit(event);
	}

	return output(skb, &record, sizeof(record), record.capture.len_cap);
}

SEC("tc")
int write_debug(struct __sk_buff *skb)
{
	struct debug_message record = { .common = { .type = 2, .subtype = 8 } };

	return output(skb, &record, sizeof(record), 0);
}

char _license[] SEC("license") = "GPL";
