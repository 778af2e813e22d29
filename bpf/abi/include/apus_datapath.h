// The one description of what crosses the kernel boundary: events, and the keys and values of maps.
// Clang's bpf target and Swift both compile this header, so the two sides cannot disagree;
// a change of any layout raises APUS_ABI_VERSION, and user space counts events of another version as malformed.
//
// Byte order: addresses are network order; every other integer is host order unless its name says _be.
#ifndef APUS_DATAPATH_H
#define APUS_DATAPATH_H

#include <linux/types.h>

#define APUS_ABI_VERSION 1

// An IPv6 address, or an IPv4 address in its mapped form ::ffff:a.b.c.d. Network byte order.
struct apus_address {
	__u64 high_be;
	__u64 low_be;
};

// What happened. Drop, trace and policy verdict carry the numbers that Cilium's datapath gives them,
// a kernel drop has one of our own.
enum apus_event_type {
	APUS_EVENT_DROP = 1,           // a packet that policy, or a malformed header, stopped
	APUS_EVENT_TRACE = 4,          // a packet, or several since the last event, delivered to an endpoint
	APUS_EVENT_POLICY_VERDICT = 5, // the first packet of a connection was let through (or audited)
	APUS_EVENT_KERNEL_DROP = 200,  // the kernel freed a packet for a reason of its own
};

#define APUS_EVENT_TYPE_COUNT 4

// Index of an event type in per-CPU counters.
enum apus_counter {
	APUS_COUNTER_DROP = 0,
	APUS_COUNTER_TRACE = 1,
	APUS_COUNTER_POLICY_VERDICT = 2,
	APUS_COUNTER_KERNEL_DROP = 3,
};

enum apus_event_flags {
	APUS_FLAG_EGRESS = 1 << 0,   // drop, verdict: the hook's direction; trace: the connection's, seen from the endpoint
	APUS_FLAG_REPLY = 1 << 1,    // the packet answers the connection's initiator
	APUS_FLAG_AUDIT = 1 << 2,    // denied by policy, let through because the endpoint is audited only
	APUS_FLAG_IPV6 = 1 << 3,
	APUS_FLAG_L4 = 1 << 4,       // protocol's own fields (ports, flags, ICMP type) are valid
	APUS_FLAG_FRAGMENT = 1 << 5, // a later fragment: no ports
	APUS_FLAG_NO_IP = 1 << 6,    // kernel drop of something that is not IP: addresses are zero
};

// The numbers of flow.TraceReason.
enum apus_trace_reason {
	APUS_TRACE_NEW = 1,
	APUS_TRACE_ESTABLISHED = 2,
	APUS_TRACE_REPLY = 3,
	APUS_TRACE_RELATED = 4,
};

// Which part of a policy-map key decided: the numbers of Hubble's policy_match_type.
enum apus_match_type {
	APUS_MATCH_NONE = 0,
	APUS_MATCH_L3_ONLY = 1,
	APUS_MATCH_L3_L4 = 2,
	APUS_MATCH_L4_ONLY = 3,
	APUS_MATCH_ALL = 4,
	APUS_MATCH_L3_PROTO = 5,
	APUS_MATCH_PROTO_ONLY = 6,
};

// Drop reasons that our own programs give, with flow.DropReason's numbers.
enum apus_drop_reason {
	APUS_DROP_POLICY_DENIED = 133, // no rule allows it
	APUS_DROP_INVALID_PACKET = 134,
	APUS_DROP_FRAGMENT_UNSUPPORTED = 157,
	APUS_DROP_POLICY_DENY = 181, // a deny rule says so
};

enum apus_tcp_flags {
	APUS_TCP_FIN = 1 << 0,
	APUS_TCP_SYN = 1 << 1,
	APUS_TCP_RST = 1 << 2,
	APUS_TCP_PSH = 1 << 3,
	APUS_TCP_ACK = 1 << 4,
	APUS_TCP_URG = 1 << 5,
	APUS_TCP_ECE = 1 << 6,
	APUS_TCP_CWR = 1 << 7,
};

struct apus_event {
	__u8 version; // APUS_ABI_VERSION
	__u8 type;    // enum apus_event_type
	__u16 flags;  // enum apus_event_flags
	__u16 length; // sizeof(struct apus_event)
	__u16 cpu;
	__u64 time_ns; // CLOCK_MONOTONIC
	struct apus_address source;
	struct apus_address destination;
	__u16 source_port;      // 0 unless TCP, UDP, SCTP
	__u16 destination_port; // 0 unless TCP, UDP, SCTP
	__u8 protocol;          // IPPROTO_*; the last one after IPv6 extension headers
	__u8 tcp_flags;         // enum apus_tcp_flags; of all packets since the last event, for a trace
	__u8 icmp_type;
	__u8 icmp_code;
	__u32 source_identity; // 0: not looked up
	__u32 destination_identity;
	__u32 endpoint; // id of the endpoint at whose interface this was seen; 0 for a kernel drop
	__u32 rule;     // deciding rule, or what a default deny comes from; 0: none (not enforced, kernel drop)
	__u32 ifindex;  // 0: unknown
	__u32 reason;   // drop: flow.DropReason; kernel drop: enum skb_drop_reason of the running kernel;
			// trace: flow.TraceObservationPoint, 0 for delivery to the endpoint
	__u64 bytes;    // layer 3 and up; since the last event of this connection and direction, for a trace
	__u32 packets;  // likewise
	// Kernel drop: inode number of the network namespace; all else: number of the policy that the endpoint was
	// held to, 0: none.
	__u32 namespace_or_policy;
	__u64 location;          // address in the kernel at which the packet was freed; kernel drops only
	char interface[16];      // kernel drops only
	__u16 ether_type;        // host order
	__u8 match_type;         // enum apus_match_type
	__u8 trace_reason;       // enum apus_trace_reason
	__u32 packet_bytes;      // the packet that triggered the event, layer 3 and up
};

// --- maps

// `counters`, per-CPU array of APUS_EVENT_TYPE_COUNT. produced = events that the programs wanted to send,
// lost = those of them that found the ring buffer full.
struct apus_event_counters {
	__u64 produced;
	__u64 lost;
};

// `ipcache`, LPM trie: address prefix → identity. IPv4 prefixes are 96 bits longer than written.
struct apus_ipcache_key {
	__u32 prefix_bits;
	__u32 address_be[4];
};

struct apus_ipcache_value {
	__u32 identity;
};

enum apus_enforcement {
	APUS_ENFORCEMENT_NONE = 0,
	APUS_ENFORCEMENT_AUDIT = 1,
	APUS_ENFORCEMENT_ENFORCE = 2,
};

// `endpoints`, hash: interface index → the endpoint behind it.
struct apus_endpoint {
	__u32 id;
	__u32 identity;
	__u32 slot;         // index into `policy_in_force`
	__u8 has_ethernet;  // 1: packets of the interface begin with an Ethernet header; 0: perhaps not
	__u8 reserved[3];
};

// `policy_in_force`, array that user space maps into its memory: slot → what the endpoint is held to. One aligned word,
// stored at once: a packet is judged by the old policy or by the new one, never by parts of both.
struct apus_policy_in_force {
	__u32 policy; // first part of the keys of its entries; another number whenever anything of it is different; 0: none
	__u8 ingress; // enum apus_enforcement
	__u8 egress;
	__u16 reserved;
};

enum apus_direction {
	APUS_INGRESS = 0, // towards the endpoint
	APUS_EGRESS = 1,  // from the endpoint
};

// `policy`, LPM trie. Policy, identity and direction are always exact (identity 0 means any peer);
// protocol and port may be left out or, for port ranges, be cut short. ICMP has its type as the port.
struct apus_policy_key {
	__u32 prefix_bits; // APUS_POLICY_EXACT_BITS, + 8 with the protocol, + 1…16 with the port
	__u32 policy;      // number of the policy; endpoints with the same rules share it
	__u32 identity;
	__u8 direction; // enum apus_direction
	__u8 protocol;
	__u16 port_be;
};

// No peer's identity: the entry says which rule number a packet gets that no entry matches.
#define APUS_IDENTITY_OF_DEFAULT_DENY 0xffffffffU

#define APUS_POLICY_EXACT_BITS 72
#define APUS_POLICY_PROTOCOL_BITS 8
#define APUS_POLICY_PORT_BITS 16

struct apus_policy_value {
	__u32 rule;      // id that events carry
	__u8 deny;       // 1: drop
	__u8 match_bits; // bits of protocol and port in the key (0…24): the longer one wins between two allows
	__u16 hits;      // index into `rule_hits`
};

// `rule_hits`, per-CPU array of 64-bit counts: how often a rule decided. Index 0 is for rules that have no count of their
// own, as there are more than entries.
#define APUS_HITS_OF_OTHERS 0

// What `apus_sweep_connections` is run with: it fills in both.
struct apus_sweep {
	__u64 connections; // that are tracked, those that expired not among them
	__u64 expired;     // and were taken out
};

// Settings that are fixed when the programs are loaded (read-only data).
struct apus_settings {
	__u64 trace_interval_ns;    // a connection that stays quiet in flags is reported this often
	__u64 tick_ns;              // length of a jiffy
	__u64 ignored_reasons[4];   // bit per skb_drop_reason (0…255) that kernel_drops does not report
	__u32 trace_every_packet;   // 1: aggregation none; 0: aggregation medium
	__u32 restrict_namespaces;  // 1: kernel drops only of the namespaces in `namespaces`
};

_Static_assert(sizeof(struct apus_address) == 16, "apus_address");
_Static_assert(sizeof(struct apus_event) == 128, "apus_event");
_Static_assert(__builtin_offsetof(struct apus_event, source) == 16, "apus_event.source");
_Static_assert(__builtin_offsetof(struct apus_event, source_identity) == 56, "apus_event.source_identity");
_Static_assert(__builtin_offsetof(struct apus_event, bytes) == 80, "apus_event.bytes");
_Static_assert(__builtin_offsetof(struct apus_event, location) == 96, "apus_event.location");
_Static_assert(__builtin_offsetof(struct apus_event, packet_bytes) == 124, "apus_event.packet_bytes");
_Static_assert(sizeof(struct apus_event_counters) == 16, "apus_event_counters");
_Static_assert(sizeof(struct apus_ipcache_key) == 20, "apus_ipcache_key");
_Static_assert(sizeof(struct apus_ipcache_value) == 4, "apus_ipcache_value");
_Static_assert(sizeof(struct apus_endpoint) == 16, "apus_endpoint");
_Static_assert(sizeof(struct apus_policy_in_force) == 8, "apus_policy_in_force is one word");
_Static_assert(__builtin_offsetof(struct apus_event, namespace_or_policy) == 92, "apus_event.namespace_or_policy");
_Static_assert(sizeof(struct apus_policy_key) == 16, "apus_policy_key");
_Static_assert(sizeof(struct apus_policy_value) == 8, "apus_policy_value");
_Static_assert(sizeof(struct apus_sweep) == 16, "apus_sweep");
_Static_assert(sizeof(struct apus_settings) == 56, "apus_settings");

#endif
