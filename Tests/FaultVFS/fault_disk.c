#include "fault_disk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// What the files hold, what they held at their last sync, and what a loss of power leaves.

enum { SECTOR = 512 };

// Writes into a buffer as into a file: it grows, and a hole holds zeros.
static void put(unsigned char **buffer, uint64_t *size, const void *bytes, uint64_t length, uint64_t offset)
{
	if (offset + length > *size) {
		*buffer = realloc(*buffer, offset + length);
		memset(*buffer + *size, 0, offset + length - *size);
		*size = offset + length;
	}
	memcpy(*buffer + offset, bytes, length);
}

static void cut(unsigned char **buffer, uint64_t *size, uint64_t wanted)
{
	unsigned char nothing = 0;

	if (wanted > *size)
		put(buffer, size, &nothing, 1, wanted - 1);
	*size = wanted;
}

static void load(struct fault_content *content)
{
	FILE *file = fopen(content->path, "rb");
	unsigned char chunk[4096];
	size_t count;

	if (!file)
		return;
	while ((count = fread(chunk, 1, sizeof chunk, file)) > 0)
		put(&content->durable, &content->durable_size, chunk, count, content->durable_size);
	fclose(file);
	content->size = content->durable_size;
}

struct fault_content *fault_content_of(struct fault_disk *disk, const char *path)
{
	struct fault_content *content;

	for (content = disk->contents; content; content = content->next)
		if (!content->is_deleted && strcmp(content->path, path) == 0)
			return content;
	content = calloc(1, sizeof *content);
	content->path = strdup(path);
	content->last_change = &content->changes;
	load(content);
	content->next = disk->contents;
	disk->contents = content;
	return content;
}

static struct fault_change *note(struct fault_content *content, uint64_t offset, uint64_t length)
{
	struct fault_change *change = calloc(1, sizeof *change);

	change->offset = offset;
	change->length = length;
	*content->last_change = change;
	content->last_change = &change->next;
	return change;
}

void fault_content_write(struct fault_content *content, const void *bytes, uint64_t length, uint64_t offset)
{
	struct fault_change *change;

	if (length == 0)
		return;
	change = note(content, offset, length);
	change->bytes = malloc(length);
	memcpy(change->bytes, bytes, length);
	if (offset + length > content->size)
		content->size = offset + length;
}

void fault_content_truncate(struct fault_content *content, uint64_t size)
{
	note(content, size, 0);
	content->size = size;
}

static void forget_changes(struct fault_content *content)
{
	struct fault_change *change;

	while ((change = content->changes)) {
		content->changes = change->next;
		free(change->bytes);
		free(change);
	}
	content->last_change = &content->changes;
}

void fault_content_sync(struct fault_content *content)
{
	for (struct fault_change *change = content->changes; change; change = change->next) {
		if (change->bytes)
			put(&content->durable, &content->durable_size, change->bytes, change->length, change->offset);
		else
			cut(&content->durable, &content->durable_size, change->offset);
	}
	forget_changes(content);
}

void fault_disk_free(struct fault_disk *disk)
{
	struct fault_content *content;

	while ((content = disk->contents)) {
		disk->contents = content->next;
		forget_changes(content);
		free(content->durable);
		free(content->path);
		free(content);
	}
	free(disk->directory);
	free(disk);
}

// MARK: Loss of power

// splitmix64
static uint64_t draw(uint64_t *state)
{
	uint64_t value = *state += 0x9e3779b97f4a7c15;

	value = (value ^ value >> 30) * 0xbf58476d1ce4e5b9;
	value = (value ^ value >> 27) * 0x94d049bb133111eb;
	return value ^ value >> 31;
}

// Which of the changes since the last sync arrive: the first `whole` in their order, and of the others each sector
// with a chance of `eighths` / 8.
struct arrival {
	uint64_t whole;
	uint64_t eighths;
	uint64_t random;
};

static bool arrives(struct arrival *arrival)
{
	return draw(&arrival->random) % 8 < arrival->eighths;
}

static void arrive(const struct fault_change *change, struct arrival *arrival, unsigned char **buffer, uint64_t *size)
{
	if (!change->bytes) {
		if (arrives(arrival))
			cut(buffer, size, change->offset);
		return;
	}
	for (uint64_t start = 0; start < change->length;) {
		uint64_t length = SECTOR - (change->offset + start) % SECTOR;

		if (length > change->length - start)
			length = change->length - start;
		if (arrives(arrival))
			put(buffer, size, change->bytes + start, length, change->offset + start);
		start += length;
	}
}

static bool save(const struct fault_content *content, const char *path, struct arrival arrival)
{
	unsigned char *buffer = NULL;
	uint64_t size = 0;
	bool is_saved;
	FILE *file;

	put(&buffer, &size, content->durable, content->durable_size, 0);
	for (struct fault_change *change = content->changes; change; change = change->next) {
		struct arrival all = {.eighths = 8};

		if (arrival.whole > 0) {
			arrival.whole--;
			arrive(change, &all, &buffer, &size);
		} else {
			arrive(change, &arrival, &buffer, &size);
		}
	}
	file = fopen(path, "wb");
	is_saved = file && fwrite(buffer, 1, size, file) == size;
	if (file)
		fclose(file);
	free(buffer);
	return is_saved;
}

bool fault_disk_after_power_loss(fault_disk *disk, const char *target, uint64_t seed)
{
	static const uint64_t eighths[] = {0, 1, 4, 7, 8};
	struct arrival arrival = {.random = seed};
	bool is_saved = true;

	arrival.eighths = eighths[draw(&arrival.random) % 5];
	pthread_mutex_lock(&disk->mutex);
	for (struct fault_content *content = disk->contents; content && is_saved; content = content->next) {
		char path[4096];

		// A file may have been deleted without SQLite's doing.
		if (content->is_deleted || access(content->path, F_OK) != 0)
			continue;
		arrival.whole = draw(&arrival.random) % 2 ? draw(&arrival.random) % 40 : 0;
		draw(&arrival.random);
		snprintf(path, sizeof path, "%s%s", target, content->path + strlen(disk->directory));
		is_saved = save(content, path, arrival);
	}
	pthread_mutex_unlock(&disk->mutex);
	return is_saved;
}
