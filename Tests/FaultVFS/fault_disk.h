#pragma once

#include "include/fault_vfs.h"

#include <pthread.h>
#include <stddef.h>
#include <sqlite3.h>

// A write, or a truncation when `bytes` is null, since the file's last sync.
struct fault_change {
	struct fault_change *next;
	uint64_t offset;
	uint64_t length;
	unsigned char *bytes;
};

// What is known of a file's contents. Lives as long as the disk.
struct fault_content {
	struct fault_content *next;
	char *path;
	bool is_deleted;
	// As it is now.
	uint64_t size;
	// As it was at the last sync.
	unsigned char *durable;
	uint64_t durable_size;
	struct fault_change *changes;
	struct fault_change **last_change;
};

struct fault_disk {
	pthread_mutex_t mutex;
	pthread_cond_t released;
	struct fault_disk *next;
	// The owner, and each open file.
	int references;
	char *directory;
	struct fault_content *contents;

	uint64_t counts[6];
	int failing;
	uint64_t fail_first;
	uint64_t fail_count;
	uint64_t fail_seen;
	enum fault_effect effect;
	bool is_dead;
	bool is_read_only;
	uint64_t limit;
	char damaged_suffix[64];
	uint64_t damaged_offset;
	uint64_t damaged_length;
	int held;
	int waiting;
};

// fault_disk.c: all with the disk's mutex held.
struct fault_content *fault_content_of(struct fault_disk *disk, const char *path);
void fault_content_write(struct fault_content *content, const void *bytes, uint64_t length, uint64_t offset);
void fault_content_truncate(struct fault_content *content, uint64_t size);
void fault_content_sync(struct fault_content *content);
void fault_disk_free(struct fault_disk *disk);
