#include "ring_baseline.h"
#include "map_descriptor.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { EVENT_BYTES = 128, EVENTS = 65536 };

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

int ring_baseline_open(void) {
	int descriptor = map_descriptor(BPF_MAP_TYPE_RINGBUF);
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
