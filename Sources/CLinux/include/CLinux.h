// What Swift's Glibc module leaves out, or imports in a form that Swift cannot call.
#ifndef CLINUX_H
#define CLINUX_H

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>

// Each returns 0 (or a descriptor), or -errno.
int clinux_unshare_network(void);
int clinux_enter_network(int fd);
int clinux_name_thread(const char *name);
int clinux_open_own_network(void);

#endif
