// What libbpf's own reader costs: the baseline of `capture.ringbuf`.
#ifndef RING_BASELINE_H
#define RING_BASELINE_H

// Opens a libbpf reader of the one BPF ring buffer of which this process holds a descriptor. 0, or -errno.
int ring_baseline_open(void);

// Empties the buffer: each record is copied into a ring of 65,536 events of 128 bytes, as capture does. Returns the
// number of records, or -errno.
int ring_baseline_consume(void);

void ring_baseline_close(void);

#endif
