#define _GNU_SOURCE
#include "CLinux.h"
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>

int clinux_unshare_network(void)
{
	return unshare(CLONE_NEWNET) == 0 ? 0 : -errno;
}

int clinux_enter_network(int fd)
{
	return setns(fd, CLONE_NEWNET) == 0 ? 0 : -errno;
}

int clinux_name_thread(const char *name)
{
	return -pthread_setname_np(pthread_self(), name);
}

int clinux_open_own_network(void)
{
	int fd = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
	return fd >= 0 ? fd : -errno;
}
