// Counts heap allocations by taking the C library's functions over: link this target into a program, and each malloc,
// calloc, realloc and aligned allocation of its process, Swift's included, passes through here.
#ifndef ALLOCATION_COUNTER_H
#define ALLOCATION_COUNTER_H

// Allocations that the calling thread has made since it started. Reading costs one load.
unsigned long allocation_counter_thread(void);

// Bytes of the heap that are in use, in all threads.
unsigned long allocation_counter_bytes_in_use(void);

#endif
