#include "fault_disk.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

// The VFS in front of SQLite's default one.

// `real`, the file of the operating system, follows in the same memory.
struct fault_file {
	sqlite3_file base;
	struct fault_disk *disk;
	struct fault_content *content;
};

static sqlite3_vfs *real_vfs;
static sqlite3_vfs vfs;
static pthread_mutex_t disks_mutex = PTHREAD_MUTEX_INITIALIZER;
static struct fault_disk *disks;

static struct fault_file *fault(sqlite3_file *file)
{
	return (struct fault_file *)file;
}

static sqlite3_file *real(sqlite3_file *file)
{
	return (sqlite3_file *)(fault(file) + 1);
}

// MARK: Faults

static void wait_while_held(struct fault_disk *disk, int operation)
{
	struct timespec end;

	clock_gettime(CLOCK_REALTIME, &end);
	end.tv_sec += 10;
	disk->waiting++;
	while (disk->held & operation)
		if (pthread_cond_timedwait(&disk->released, &disk->mutex, &end) != 0)
			disk->held = 0;
	disk->waiting--;
}

// Counts an operation; tells whether it fails, and how. The disk's mutex is held.
static bool fails(struct fault_disk *disk, int operation, enum fault_effect *effect)
{
	disk->counts[__builtin_ctz(operation)]++;
	wait_while_held(disk, operation);
	*effect = FAULT_IO_ERROR;
	if (disk->is_dead)
		return true;
	if (!(disk->failing & operation))
		return false;
	disk->fail_seen++;
	if (disk->fail_seen < disk->fail_first || disk->fail_seen - disk->fail_first >= disk->fail_count)
		return false;
	*effect = disk->effect;
	disk->is_dead = disk->effect == FAULT_POWER_LOSS;
	return true;
}

static bool fails_simply(struct fault_disk *disk, int operation)
{
	enum fault_effect effect;
	bool is_failing;

	pthread_mutex_lock(&disk->mutex);
	is_failing = fails(disk, operation, &effect);
	if (is_failing && effect == FAULT_KILL)
		raise(SIGKILL);
	pthread_mutex_unlock(&disk->mutex);
	return is_failing;
}

static uint64_t bytes_of(const struct fault_disk *disk)
{
	uint64_t bytes = 0;

	for (const struct fault_content *content = disk->contents; content; content = content->next)
		if (!content->is_deleted)
			bytes += content->size;
	return bytes;
}

// MARK: Files

static int write_part(sqlite3_file *file, const void *bytes, int length, sqlite3_int64 offset)
{
	int result = length > 0 ? real(file)->pMethods->xWrite(real(file), bytes, length, offset) : SQLITE_OK;

	if (result == SQLITE_OK)
		fault_content_write(fault(file)->content, bytes, (uint64_t)length, (uint64_t)offset);
	return result;
}

// Bytes of a write for which there is room.
static int room_for(const struct fault_file *file, int length, sqlite3_int64 offset)
{
	uint64_t used = bytes_of(file->disk), end = (uint64_t)offset + (uint64_t)length;
	uint64_t allowed = file->content->size + (file->disk->limit > used ? file->disk->limit - used : 0);

	if (end <= file->content->size || end <= allowed)
		return length;
	return allowed > (uint64_t)offset ? (int)(allowed - (uint64_t)offset) : 0;
}

static int write_failing(sqlite3_file *file, const void *bytes, int length, sqlite3_int64 offset,
			 enum fault_effect effect)
{
	if (effect == FAULT_SHORT_WRITE || effect == FAULT_KILL)
		write_part(file, bytes, length / 2, offset);
	if (effect == FAULT_KILL)
		raise(SIGKILL);
	if (effect == FAULT_POWER_LOSS)
		fault_content_write(fault(file)->content, bytes, (uint64_t)length, (uint64_t)offset);
	return SQLITE_IOERR_WRITE;
}

static int fault_write(sqlite3_file *file, const void *bytes, int length, sqlite3_int64 offset)
{
	struct fault_disk *disk = fault(file)->disk;
	enum fault_effect effect;
	int result;

	pthread_mutex_lock(&disk->mutex);
	if (fails(disk, FAULT_WRITE, &effect)) {
		result = write_failing(file, bytes, length, offset, effect);
	} else {
		int room = room_for(fault(file), length, offset);

		result = write_part(file, bytes, room, offset);
		if (result == SQLITE_OK && room < length)
			result = SQLITE_FULL;
	}
	pthread_mutex_unlock(&disk->mutex);
	return result;
}

static bool is_damaged(struct fault_file *file, int length, sqlite3_int64 offset)
{
	struct fault_disk *disk = file->disk;
	size_t path = strlen(file->content->path), suffix;
	bool is_damaged;

	pthread_mutex_lock(&disk->mutex);
	suffix = strlen(disk->damaged_suffix);
	is_damaged = disk->damaged_length > 0 && path >= suffix &&
		     strcmp(file->content->path + path - suffix, disk->damaged_suffix) == 0 &&
		     (uint64_t)offset < disk->damaged_offset + disk->damaged_length &&
		     (uint64_t)offset + (uint64_t)length > disk->damaged_offset;
	pthread_mutex_unlock(&disk->mutex);
	return is_damaged;
}

static int fault_read(sqlite3_file *file, void *bytes, int length, sqlite3_int64 offset)
{
	if (fails_simply(fault(file)->disk, FAULT_READ) || is_damaged(fault(file), length, offset))
		return SQLITE_IOERR_READ;
	return real(file)->pMethods->xRead(real(file), bytes, length, offset);
}

static int fault_truncate(sqlite3_file *file, sqlite3_int64 size)
{
	struct fault_disk *disk = fault(file)->disk;
	int result;

	if (fails_simply(disk, FAULT_TRUNCATE))
		return SQLITE_IOERR_TRUNCATE;
	pthread_mutex_lock(&disk->mutex);
	result = real(file)->pMethods->xTruncate(real(file), size);
	if (result == SQLITE_OK)
		fault_content_truncate(fault(file)->content, (uint64_t)size);
	pthread_mutex_unlock(&disk->mutex);
	return result;
}

static int fault_sync(sqlite3_file *file, int flags)
{
	struct fault_disk *disk = fault(file)->disk;

	(void)flags;
	if (fails_simply(disk, FAULT_SYNC))
		return SQLITE_IOERR_FSYNC;
	pthread_mutex_lock(&disk->mutex);
	fault_content_sync(fault(file)->content);
	pthread_mutex_unlock(&disk->mutex);
	return SQLITE_OK;
}

static void release(struct fault_disk *disk)
{
	bool is_last;

	pthread_mutex_lock(&disk->mutex);
	is_last = --disk->references == 0;
	pthread_mutex_unlock(&disk->mutex);
	if (is_last)
		fault_disk_free(disk);
}

static int fault_close(sqlite3_file *file)
{
	int result = real(file)->pMethods->xClose(real(file));

	release(fault(file)->disk);
	return result;
}

static int fault_size(sqlite3_file *file, sqlite3_int64 *size)
{
	return real(file)->pMethods->xFileSize(real(file), size);
}

static int fault_lock(sqlite3_file *file, int level)
{
	return real(file)->pMethods->xLock(real(file), level);
}

static int fault_unlock(sqlite3_file *file, int level)
{
	return real(file)->pMethods->xUnlock(real(file), level);
}

static int fault_check_reserved(sqlite3_file *file, int *is_reserved)
{
	return real(file)->pMethods->xCheckReservedLock(real(file), is_reserved);
}

static int fault_control(sqlite3_file *file, int operation, void *argument)
{
	return real(file)->pMethods->xFileControl(real(file), operation, argument);
}

static int fault_sector_size(sqlite3_file *file)
{
	return real(file)->pMethods->xSectorSize(real(file));
}

static int fault_characteristics(sqlite3_file *file)
{
	return real(file)->pMethods->xDeviceCharacteristics(real(file));
}

static int fault_shm_map(sqlite3_file *file, int page, int size, int extend, void volatile **memory)
{
	return real(file)->pMethods->xShmMap(real(file), page, size, extend, memory);
}

static int fault_shm_lock(sqlite3_file *file, int offset, int count, int flags)
{
	return real(file)->pMethods->xShmLock(real(file), offset, count, flags);
}

static void fault_shm_barrier(sqlite3_file *file)
{
	real(file)->pMethods->xShmBarrier(real(file));
}

static int fault_shm_unmap(sqlite3_file *file, int delete)
{
	return real(file)->pMethods->xShmUnmap(real(file), delete);
}

// Version 2 has no xFetch: SQLite then reads every page through xRead, also where it is told to map the file.
static const sqlite3_io_methods methods = {
	.iVersion = 2,
	.xClose = fault_close,
	.xRead = fault_read,
	.xWrite = fault_write,
	.xTruncate = fault_truncate,
	.xSync = fault_sync,
	.xFileSize = fault_size,
	.xLock = fault_lock,
	.xUnlock = fault_unlock,
	.xCheckReservedLock = fault_check_reserved,
	.xFileControl = fault_control,
	.xSectorSize = fault_sector_size,
	.xDeviceCharacteristics = fault_characteristics,
	.xShmMap = fault_shm_map,
	.xShmLock = fault_shm_lock,
	.xShmBarrier = fault_shm_barrier,
	.xShmUnmap = fault_shm_unmap,
};

// MARK: The file system

// The attached disk that holds the path, with a reference to it; null if there is none.
static struct fault_disk *disk_of(const char *path)
{
	struct fault_disk *disk;

	pthread_mutex_lock(&disks_mutex);
	for (disk = disks; disk; disk = disk->next) {
		size_t length = strlen(disk->directory);

		if (path && strncmp(path, disk->directory, length) == 0 && path[length] == '/')
			break;
	}
	if (disk) {
		pthread_mutex_lock(&disk->mutex);
		disk->references++;
		pthread_mutex_unlock(&disk->mutex);
	}
	pthread_mutex_unlock(&disks_mutex);
	return disk;
}

static int open_on(struct fault_disk *disk, const char *path, sqlite3_file *file, int flags, int *out_flags)
{
	int result;

	if (fails_simply(disk, FAULT_OPEN))
		return SQLITE_CANTOPEN;
	if (disk->is_read_only)
		flags = (flags & ~(SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE)) | SQLITE_OPEN_READONLY;
	pthread_mutex_lock(&disk->mutex);
	fault(file)->content = fault_content_of(disk, path);
	pthread_mutex_unlock(&disk->mutex);
	result = real_vfs->xOpen(real_vfs, path, real(file), flags, out_flags);
	if (result == SQLITE_OK) {
		fault(file)->disk = disk;
		file->pMethods = &methods;
	}
	return result;
}

static int fault_open(sqlite3_vfs *self, const char *path, sqlite3_file *file, int flags, int *out_flags)
{
	struct fault_disk *disk = disk_of(path);
	int result;

	(void)self;
	if (!disk)
		return real_vfs->xOpen(real_vfs, path, file, flags, out_flags);
	file->pMethods = NULL;
	result = open_on(disk, path, file, flags, out_flags);
	if (result != SQLITE_OK)
		release(disk);
	return result;
}

static int fault_delete(sqlite3_vfs *self, const char *path, int sync)
{
	struct fault_disk *disk = disk_of(path);
	int result;

	(void)self;
	if (!disk)
		return real_vfs->xDelete(real_vfs, path, sync);
	if (fails_simply(disk, FAULT_DELETE)) {
		release(disk);
		return SQLITE_IOERR_DELETE;
	}
	pthread_mutex_lock(&disk->mutex);
	result = disk->is_read_only ? SQLITE_IOERR_DELETE : real_vfs->xDelete(real_vfs, path, 0);
	if (result == SQLITE_OK)
		fault_content_of(disk, path)->is_deleted = true;
	pthread_mutex_unlock(&disk->mutex);
	release(disk);
	return result;
}

static void register_vfs(void)
{
	real_vfs = sqlite3_vfs_find(NULL);
	vfs = *real_vfs;
	vfs.pNext = NULL;
	vfs.zName = "fault";
	vfs.szOsFile = (int)sizeof(struct fault_file) + real_vfs->szOsFile;
	vfs.xOpen = fault_open;
	vfs.xDelete = fault_delete;
	sqlite3_vfs_register(&vfs, 1);
}

// MARK: Disks

fault_disk *fault_disk_attach(const char *directory)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct fault_disk *disk = calloc(1, sizeof *disk);

	pthread_once(&once, register_vfs);
	pthread_mutex_init(&disk->mutex, NULL);
	pthread_cond_init(&disk->released, NULL);
	disk->references = 1;
	disk->directory = realpath(directory, NULL);
	disk->limit = UINT64_MAX;
	pthread_mutex_lock(&disks_mutex);
	disk->next = disks;
	disks = disk;
	pthread_mutex_unlock(&disks_mutex);
	return disk;
}

void fault_disk_detach(fault_disk *disk)
{
	struct fault_disk **place;

	fault_disk_release(disk);
	pthread_mutex_lock(&disks_mutex);
	for (place = &disks; *place != disk;)
		place = &(*place)->next;
	*place = disk->next;
	pthread_mutex_unlock(&disks_mutex);
	pthread_mutex_lock(&disk->mutex);
	disk->failing = 0;
	disk->limit = UINT64_MAX;
	disk->damaged_length = 0;
	pthread_mutex_unlock(&disk->mutex);
	release(disk);
}

void fault_disk_fail(fault_disk *disk, int operations, uint64_t first, uint64_t count, enum fault_effect effect)
{
	pthread_mutex_lock(&disk->mutex);
	disk->failing = count > 0 ? operations : 0;
	disk->fail_first = first;
	disk->fail_count = count;
	disk->fail_seen = 0;
	disk->effect = effect;
	pthread_mutex_unlock(&disk->mutex);
}

uint64_t fault_disk_operations(fault_disk *disk, int operations)
{
	uint64_t sum = 0;

	pthread_mutex_lock(&disk->mutex);
	for (int index = 0; index < 6; index++)
		if (operations & 1 << index)
			sum += disk->counts[index];
	pthread_mutex_unlock(&disk->mutex);
	return sum;
}

void fault_disk_limit(fault_disk *disk, uint64_t bytes)
{
	pthread_mutex_lock(&disk->mutex);
	disk->limit = bytes;
	pthread_mutex_unlock(&disk->mutex);
}

uint64_t fault_disk_bytes(fault_disk *disk)
{
	uint64_t bytes;

	pthread_mutex_lock(&disk->mutex);
	bytes = bytes_of(disk);
	pthread_mutex_unlock(&disk->mutex);
	return bytes;
}

void fault_disk_make_read_only(fault_disk *disk)
{
	disk->is_read_only = true;
}

void fault_disk_damage(fault_disk *disk, const char *suffix, uint64_t offset, uint64_t length)
{
	pthread_mutex_lock(&disk->mutex);
	strncpy(disk->damaged_suffix, suffix, sizeof disk->damaged_suffix - 1);
	disk->damaged_offset = offset;
	disk->damaged_length = length;
	pthread_mutex_unlock(&disk->mutex);
}

void fault_disk_hold(fault_disk *disk, int operations)
{
	pthread_mutex_lock(&disk->mutex);
	disk->held = operations;
	pthread_mutex_unlock(&disk->mutex);
}

void fault_disk_release(fault_disk *disk)
{
	pthread_mutex_lock(&disk->mutex);
	disk->held = 0;
	pthread_cond_broadcast(&disk->released);
	pthread_mutex_unlock(&disk->mutex);
}

int fault_disk_held(fault_disk *disk)
{
	int waiting;

	pthread_mutex_lock(&disk->mutex);
	waiting = disk->waiting;
	pthread_mutex_unlock(&disk->mutex);
	return waiting;
}
