#define _GNU_SOURCE
#include "CLinux.h"
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <malloc.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <linux/membarrier.h>
#include <linux/perf_event.h>
#include <pthread.h>
#include <sched.h>
#include <sys/eventfd.h>
#include <sys/timex.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static int result(int value)
{
	return value >= 0 ? value : -errno;
}

int clinux_unshare_network(void)
{
	return result(unshare(CLONE_NEWNET));
}

int clinux_enter_network(int fd)
{
	return result(setns(fd, CLONE_NEWNET));
}

int clinux_open_own_network(void)
{
	return result(open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC));
}

int clinux_has_ethernet_header(unsigned interface_index)
{
	struct ifreq request = {0};
	if (!if_indextoname(interface_index, request.ifr_name))
		return 0;
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return 0;
	int status = ioctl(fd, SIOCGIFHWADDR, &request);
	close(fd);
	unsigned type = request.ifr_hwaddr.sa_family;
	return status == 0 && (type == ARPHRD_ETHER || type == ARPHRD_LOOPBACK);
}

int clinux_name_thread(const char *name)
{
	return -pthread_setname_np(pthread_self(), name);
}

int clinux_clock_is_synchronised(void)
{
	struct timex state = {0};

	return adjtimex(&state) != TIME_ERROR && !(state.status & STA_UNSYNC);
}

int clinux_eventfd(void)
{
	return result(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
}

int clinux_eventfd_add(int fd)
{
	return result(eventfd_write(fd, 1));
}

int clinux_eventfd_take(int fd)
{
	eventfd_t count;
	return result(eventfd_read(fd, &count));
}

int clinux_inotify(void)
{
	return result(inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
}

int clinux_inotify_watch(int fd, const char *directory)
{
	return result(inotify_add_watch(fd, directory, IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_CREATE));
}

void clinux_configure_heap(int mapped_bytes, int heaps)
{
	mallopt(M_MMAP_THRESHOLD, mapped_bytes);
	mallopt(M_ARENA_MAX, heaps);
}

void clinux_trim_heap(void)
{
	malloc_trim(0);
}

int clinux_wait_for_kernel_readers(void)
{
	return result(syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0));
}

static int unmap_code(struct dl_phdr_info *object, size_t size, void *unused)
{
	const size_t page = sysconf(_SC_PAGESIZE);

	for (int i = 0; i < object->dlpi_phnum; i++) {
		const ElfW(Phdr) *segment = &object->dlpi_phdr[i];
		if (segment->p_type != PT_LOAD || !(segment->p_flags & PF_X) || segment->p_flags & PF_W)
			continue;
		const size_t start = (object->dlpi_addr + segment->p_vaddr + page - 1) & ~(page - 1);
		const size_t end = (object->dlpi_addr + segment->p_vaddr + segment->p_filesz) & ~(page - 1);
		if (start < end)
			madvise((void *)start, end - start, MADV_DONTNEED);
	}
	return 0;
}

void clinux_unmap_code(void)
{
	dl_iterate_phdr(unmap_code, NULL);
}

int clinux_perf_event_bpf_output(int cpu, unsigned wake_up_bytes)
{
	struct perf_event_attr attributes = {
		.size = sizeof(attributes),
		.type = PERF_TYPE_SOFTWARE,
		.config = PERF_COUNT_SW_BPF_OUTPUT,
		.sample_type = PERF_SAMPLE_TIME | PERF_SAMPLE_RAW,
		.sample_period = 1,
		.watermark = 1,
		.wakeup_watermark = wake_up_bytes,
		.use_clockid = 1,
		.clockid = CLOCK_MONOTONIC,
	};

	return result(syscall(SYS_perf_event_open, &attributes, -1, cpu, -1, PERF_FLAG_FD_CLOEXEC));
}
