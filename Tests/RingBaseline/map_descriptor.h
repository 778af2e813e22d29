#ifndef MAP_DESCRIPTOR_H
#define MAP_DESCRIPTOR_H

#include <linux/bpf.h>

// The lowest descriptor of a map of this type that the process holds, or -ENOENT.
int map_descriptor(enum bpf_map_type type);

#endif
