#define _GNU_SOURCE
#include "packet_flood.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BATCH = 64, PAYLOAD_BYTES = 64 - 14 - 20 - 8 };

static int open_socket(const char *address, unsigned short port,
		       int (*use)(int, const struct sockaddr *, socklen_t)) {
	struct sockaddr_in name = {.sin_family = AF_INET, .sin_port = htons(port)};
	if (inet_pton(AF_INET, address, &name.sin_addr) != 1)
		return -EINVAL;
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	if (use(fd, (struct sockaddr *)&name, sizeof(name)) < 0) {
		int error = errno;
		close(fd);
		return -error;
	}
	return fd;
}

int packet_flood_open(const char *address, unsigned short port) { return open_socket(address, port, connect); }

int packet_flood_sink(const char *address, unsigned short port) { return open_socket(address, port, bind); }

int packet_flood_send(int fd, unsigned count) {
	static char payload[PAYLOAD_BYTES];
	struct iovec piece = {payload, sizeof(payload)};
	struct mmsghdr messages[BATCH];
	memset(messages, 0, sizeof(messages));
	for (int i = 0; i < BATCH; i++) {
		messages[i].msg_hdr.msg_iov = &piece;
		messages[i].msg_hdr.msg_iovlen = 1;
	}
	while (count > 0) {
		int sent = sendmmsg(fd, messages, count < BATCH ? count : BATCH, 0);
		if (sent < 0 && errno != EINTR)
			return -errno;
		if (sent > 0)
			count -= sent;
	}
	return 0;
}
