#pragma once

#include <stdbool.h>
#include <stdint.h>

// A disk under SQLite that fails as it is told, and that remembers what a loss of power would leave of it.
//
// fault_disk_attach() puts itself in front of SQLite's default VFS, for files below one directory only: code under test
// opens its files as ever, and all others in the process go straight to the operating system. The directory's files are
// real, so that locks and shared memory work between processes; syncing them is left out.

typedef struct fault_disk fault_disk;

enum fault_operation {
	FAULT_OPEN = 1 << 0,
	FAULT_READ = 1 << 1,
	FAULT_WRITE = 1 << 2,
	FAULT_SYNC = 1 << 3,
	FAULT_TRUNCATE = 1 << 4,
	FAULT_DELETE = 1 << 5,
};

enum fault_effect {
	// The operation does nothing and returns an I/O error.
	FAULT_IO_ERROR,
	// A write puts the first half of its bytes and returns an I/O error; other operations as above.
	FAULT_SHORT_WRITE,
	// As if the machine stopped here: nothing works any more. fault_disk_after_power_loss() tells what remains.
	FAULT_POWER_LOSS,
	// The process kills itself; a write puts the first half of its bytes before.
	FAULT_KILL,
};

// The directory must exist. Belongs to the caller until fault_disk_detach().
fault_disk *fault_disk_attach(const char *directory);
// Files that are still open work on, without faults.
void fault_disk_detach(fault_disk *disk);

// From the operation number `first` (from 1, counted from this call on, among those of `operations`, a set of
// enum fault_operation) `count` operations have the effect. Replaces what was told before; a count of 0 ends it.
void fault_disk_fail(fault_disk *disk, int operations, uint64_t first, uint64_t count, enum fault_effect effect);
// Operations of the set since the disk was attached.
uint64_t fault_disk_operations(fault_disk *disk, int operations);

// Bytes that the files may have together; writes beyond are cut short and return SQLITE_FULL. UINT64_MAX: no limit.
void fault_disk_limit(fault_disk *disk, uint64_t bytes);
// Bytes that the files have together.
uint64_t fault_disk_bytes(fault_disk *disk);
// Files are opened for reading only, whatever is asked for; none is created or deleted.
void fault_disk_make_read_only(fault_disk *disk);
// Reads that touch these bytes of a file whose path ends so return an I/O error. Length 0 ends it.
void fault_disk_damage(fault_disk *disk, const char *suffix, uint64_t offset, uint64_t length);

// Operations of the set wait for fault_disk_release(), ten seconds at most.
void fault_disk_hold(fault_disk *disk, int operations);
void fault_disk_release(fault_disk *disk);
// Operations that wait now.
int fault_disk_held(fault_disk *disk);

// Writes to `target`, which has the same subdirectories, what the files might hold after a loss of power: their
// contents at their last sync, and of each 512-byte sector that was written since, either the old bytes or those of
// any of the writes. The seed decides how much of it: all, none, a beginning in the order of writing, or any sectors.
bool fault_disk_after_power_loss(fault_disk *disk, const char *target, uint64_t seed);
