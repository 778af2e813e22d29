#include "ring_baseline.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { EVENT_BYTES = 128, EVENTS = 65536, MOST_DESCRIPTORS = 1024 };

static struct ring_buffer *reader;
static char *events;
static uint64_t tail;

static int take(void *context, void *record, size_t bytes) {
	(void)context;
	if (bytes != EVENT_BYTES)
		return 0;
	memcpy(events + (tail++ & (EVENTS - 1)) * EVENT_BYTES, record, EVENT_BYTES);
	return 0;
}

static int ring_buffer_descriptor(void) {
	for (int descriptor = 3; descriptor < MOST_DESCRIPTORS; descriptor++) {
		struct bpf_map_info info = {0};
		uint32_t bytes = sizeof(info);
		if (bpf_obj_get_info_by_fd(descriptor, &info, &bytes) == 0 && info.type == BPF_MAP_TYPE_RINGBUF)
			return descriptor;
	}
	return -ENOENT;
}

int ring_baseline_open(void) {
	int descriptor = ring_buffer_descriptor();
	if (descriptor < 0)
		return descriptor;
	events = calloc(EVENTS, EVENT_BYTES);
	if (!events)
		return -ENOMEM;
	reader = ring_buffer__new(descriptor, take, NULL, NULL);
	return reader ? 0 : -errno;
}

int ring_baseline_consume(void) { return ring_buffer__consume(reader); }

void ring_baseline_close(void) {
	ring_buffer__free(reader);
	free(events);
	reader = NULL;
	events = NULL;
}
