#include "map_descriptor.h"

#include <bpf/bpf.h>
#include <errno.h>

enum { MOST_DESCRIPTORS = 1024 };

int map_descriptor(enum bpf_map_type type) {
	for (int descriptor = 3; descriptor < MOST_DESCRIPTORS; descriptor++) {
		struct bpf_map_info info = {0};
		uint32_t bytes = sizeof(info);
		if (bpf_obj_get_info_by_fd(descriptor, &info, &bytes) == 0 && info.type == type)
			return descriptor;
	}
	return -ENOENT;
}
