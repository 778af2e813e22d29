// System calls that Swift's Glibc module leaves out, or imports in a form that Swift cannot call.
//
// No system header is included here: what it declares would then belong to this module, too, and not only to Glibc.
#ifndef CLINUX_H
#define CLINUX_H

// Each returns 0 (or a descriptor), or -errno.
int clinux_unshare_network(void);
int clinux_enter_network(int fd);
int clinux_open_own_network(void);
int clinux_name_thread(const char *name);

// 1: packets on the interface begin with an Ethernet header; 0: with none, or another one.
int clinux_has_ethernet_header(unsigned interface_index);

// A counter that poll() can wait for; not blocking.
// 1: something keeps the wall clock in step with others.
int clinux_clock_is_synchronised(void);
int clinux_eventfd(void);
int clinux_eventfd_add(int fd);
int clinux_eventfd_take(int fd);

// Tells of files that are written, moved, made or removed in watched directories; not blocking.
int clinux_inotify(void);
int clinux_inotify_watch(int fd, const char *directory);

// The C library maps each block of so many bytes by itself, and unmaps it when it is freed; all else is in so many heaps.
void clinux_configure_heap(int mapped_bytes, int heaps);

// Waits until every CPU has left the kernel code that it is in now, BPF programs too: nobody reads any more what was
// reachable before. 0, or -errno where the kernel does not offer it.
int clinux_wait_for_kernel_readers(void);

// Gives freed memory back to the system.
void clinux_trim_heap(void);

// Lets go of all pages of machine code. What runs on comes back from the system's cache of the program's file.
void clinux_unmap_code(void);

// A perf event of one CPU that takes what BPF programs output: samples of time (CLOCK_MONOTONIC) and raw bytes. It wakes
// its reader when so many bytes wait. ENODEV: the CPU is offline.
int clinux_perf_event_bpf_output(int cpu, unsigned wake_up_bytes);

#endif
