// The way to user space: the ring buffer and its counters, shared by all programs.
#ifndef APUS_EVENTS_H
#define APUS_EVENTS_H

#include <stddef.h>
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <apus_datapath.h>
#include "packet.h"

// Settings; user space writes them before the object is loaded.
const volatile struct apus_settings settings = {
	.trace_interval_ns = 5000000000ULL,
	.tick_ns = 4000000,
};

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 16 * 1024 * 1024);
} events SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, APUS_EVENT_TYPE_COUNT);
	__type(key, __u32);
	__type(value, struct apus_event_counters);
} counters SEC(".maps");

// Room for an event in the ring, its common fields filled in, the others zero; NULL when the ring is full.
// Both cases are counted, atomically: a program may interrupt another one on the same CPU.
static __always_inline struct apus_event *event_reserve(enum apus_event_type type, enum apus_counter counter)
{
	__u32 index = counter;
	struct apus_event_counters *count = bpf_map_lookup_elem(&counters, &index);
	struct apus_event *event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);

	if (count)
		__sync_fetch_and_add(&count->produced, 1);
	if (!event) {
		if (count)
			__sync_fetch_and_add(&count->lost, 1);
		return NULL;
	}
	__builtin_memset(event, 0, sizeof(*event));
	event->version = APUS_ABI_VERSION;
	event->type = type;
	event->length = sizeof(*event);
	event->cpu = bpf_get_smp_processor_id();
	event->time_ns = bpf_ktime_get_ns();
	return event;
}

// What the packet's headers say, and that the event stands for this one packet.
static __always_inline void event_describe(struct apus_event *event, const struct packet *packet)
{
	event->flags = packet->flags;
	event->source = packet->source;
	event->destination = packet->destination;
	event->source_port = packet->source_port;
	event->destination_port = packet->destination_port;
	event->protocol = packet->protocol;
	event->tcp_flags = packet->tcp_flags;
	event->icmp_type = packet->icmp_type;
	event->icmp_code = packet->icmp_code;
	event->ether_type = packet->ether_type;
	event->bytes = packet->bytes;
	event->packet_bytes = packet->bytes;
	event->packets = 1;
}

// Hands the event over; the kernel wakes the reader only if it has read everything before.
static __always_inline void event_submit(struct apus_event *event)
{
	bpf_ringbuf_submit(event, 0);
}

#endif
