#include "perf_baseline.h"
#include "map_descriptor.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { RECORD_BYTES = 128, RECORDS = 65536 };

static struct perf_buffer *reader;
static char *records;
static uint64_t tail;

static void take(void *context, int cpu, void *record, uint32_t bytes) {
	(void)context;
	(void)cpu;
	memcpy(records + (tail++ & (RECORDS - 1)) * RECORD_BYTES, record, bytes < RECORD_BYTES ? bytes : RECORD_BYTES);
}

int perf_baseline_open(size_t bytes_per_cpu) {
	int descriptor = map_descriptor(BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	if (descriptor < 0)
		return descriptor;
	records = calloc(RECORDS, RECORD_BYTES);
	if (!records)
		return -ENOMEM;
	reader = perf_buffer__new(descriptor, bytes_per_cpu / sysconf(_SC_PAGESIZE), take, NULL, NULL, NULL);
	return reader ? 0 : -errno;
}

int perf_baseline_consume(void) {
	uint64_t before = tail;
	int status = perf_buffer__consume(reader);
	return status < 0 ? status : (int)(tail - before);
}

void perf_baseline_close(void) {
	perf_buffer__free(reader);
	free(records);
	reader = NULL;
	records = NULL;
}
