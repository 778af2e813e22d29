// What libbpf's own reader of a perf event array costs: the baseline of `capture.perf`.
#ifndef PERF_BASELINE_H
#define PERF_BASELINE_H

#include <stddef.h>

// Opens a libbpf reader of the one perf event array of which this process holds a descriptor. 0, or -errno.
int perf_baseline_open(size_t bytes_per_cpu);

// Empties the rings: each record's first 128 bytes are copied into a ring of 65,536. Returns the number of records, or
// -errno.
int perf_baseline_consume(void);

void perf_baseline_close(void);

#endif
