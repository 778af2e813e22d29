// Datagrams that make frames of 64 bytes, sent as fast as a socket takes them: Swift cannot call sendmmsg().
#ifndef PACKET_FLOOD_H
#define PACKET_FLOOD_H

// A UDP socket of the calling thread's network namespace, connected to an IPv4 address. -errno on failure.
int packet_flood_open(const char *address, unsigned short port);

// A UDP socket that takes what comes and is never read: once its buffer is full, the kernel drops at once. -errno on failure.
int packet_flood_sink(const char *address, unsigned short port);

// Sends `count` datagrams. Returns 0, or -errno.
int packet_flood_send(int fd, unsigned count);

#endif
