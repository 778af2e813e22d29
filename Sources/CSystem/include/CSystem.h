// What Swift's Glibc module leaves out, or imports in a form that Swift cannot call.
#ifndef CSYSTEM_H
#define CSYSTEM_H

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>

// Each returns 0 (or a descriptor), or -errno.
int csystem_unshare_network(void);
int csystem_enter_network(int fd);
int csystem_name_thread(const char *name);
int csystem_open_own_network(void);

#endif
