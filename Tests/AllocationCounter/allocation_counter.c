#include "allocation_counter.h"

#include <errno.h>
#include <malloc.h>
#include <stddef.h>

// glibc's own names for what the functions below stand in front of. free() needs no stand-in.
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *block, size_t size);
void *__libc_memalign(size_t alignment, size_t size);

static __thread unsigned long allocations;

unsigned long allocation_counter_thread(void) { return allocations; }

unsigned long allocation_counter_bytes_in_use(void) {
	struct mallinfo2 info = mallinfo2();
	return info.uordblks + info.hblkhd;
}

void *malloc(size_t size) {
	allocations++;
	return __libc_malloc(size);
}

void *calloc(size_t count, size_t size) {
	allocations++;
	return __libc_calloc(count, size);
}

void *realloc(void *block, size_t size) {
	allocations++;
	return __libc_realloc(block, size);
}

void *memalign(size_t alignment, size_t size) {
	allocations++;
	return __libc_memalign(alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size) { return memalign(alignment, size); }

int posix_memalign(void **block, size_t alignment, size_t size) {
	if (alignment % sizeof(void *) != 0 || (alignment & (alignment - 1)) != 0)
		return EINVAL;
	void *result = memalign(alignment, size);
	if (!result)
		return ENOMEM;
	*block = result;
	return 0;
}
