// The maps of pod.bpf.c. User space may change the number of entries before it loads them.
#ifndef APUS_MAPS_H
#define APUS_MAPS_H

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <apus_datapath.h>

// Interface index → the endpoint behind it.
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096);
	__type(key, __u32);
	__type(value, struct apus_endpoint);
} endpoints SEC(".maps");

// What each endpoint is held to.
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 4096);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct apus_policy_in_force);
} policy_in_force SEC(".maps");

// Address prefix → identity.
struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, 65536);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct apus_ipcache_key);
	__type(value, struct apus_ipcache_value);
} ipcache SEC(".maps");

// (policy, peer, direction, protocol, port) → what a rule says.
struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, 65536);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct apus_policy_key);
	__type(value, struct apus_policy_value);
} policy SEC(".maps");

// How often each rule decided.
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 16384);
	__type(key, __u32);
	__type(value, __u64);
} rule_hits SEC(".maps");

#endif
