/*
 * Sends RADIUS packets made beforehand to a port of 127.0.0.1, `window` at a time, and waits for every reply: a generator that costs
 * about 10 µs a packet, so that it does not limit what it measures.
 *
 *   replay FILE PORT WINDOW → {"replies": n, "accepts": n, "rejects": n, "acknowledged": n, "lost": n, "seconds": s, "p50_ms": x, "p99_ms": x}
 *
 * FILE holds [length: 2 bytes, big-endian][packet] over and over. Identifiers repeat every 256 packets; each run of 256 goes through
 * a socket of its own, so that no two requests in flight share port and identifier.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { identifiers = 256, resend_after_s = 3, give_up_after_s = 12 };

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec / 1e9;
}

static int ascending(const void *a, const void *b) {
  double difference = *(const double *)a - *(const double *)b;
  return difference < 0 ? -1 : difference > 0;
}

int main(int argc, char **argv) {
  if (argc != 4) return 2;
  FILE *file = fopen(argv[1], "rb");
  if (!file) return perror(argv[1]), 1;
  fseek(file, 0, SEEK_END);
  long size = ftell(file);
  rewind(file);
  unsigned char *bytes = malloc(size);
  if (fread(bytes, 1, size, file) != (size_t)size) return 1;

  int packets = 0;
  for (long at = 0; at < size; at += 2 + (bytes[at] << 8 | bytes[at + 1])) packets++;
  unsigned char **packet = malloc(packets * sizeof *packet);
  int *length = malloc(packets * sizeof *length);
  long at = 0;
  for (int i = 0; i < packets; i++) {
    length[i] = bytes[at] << 8 | bytes[at + 1];
    packet[i] = bytes + at + 2;
    at += 2 + length[i];
  }

  int window = atoi(argv[3]);
  int sockets = (window + identifiers - 1) / identifiers + 3;
  struct pollfd *open_sockets = calloc(sockets, sizeof *open_sockets);
  int *in_flight = malloc(sockets * identifiers * sizeof *in_flight);
  for (int i = 0; i < sockets * identifiers; i++) in_flight[i] = -1;
  struct sockaddr_in server = {.sin_family = AF_INET, .sin_port = htons(atoi(argv[2])), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  for (int i = 0; i < sockets; i++) {
    int fd = socket(AF_INET, SOCK_DGRAM, 0), room = 4 << 20;
    if (fd < 0 || connect(fd, (struct sockaddr *)&server, sizeof server)) return perror("socket"), 1;
    fcntl(fd, F_SETFL, O_NONBLOCK);
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
    open_sockets[i] = (struct pollfd){.fd = fd, .events = POLLIN};
  }

  double *sent_at = calloc(packets, sizeof *sent_at), *resent_at = calloc(packets, sizeof *resent_at), *took = calloc(packets, sizeof *took);
  int next = 0, waiting = 0, done = 0, accepts = 0, rejects = 0, acknowledged = 0, lost = 0;
  double began = now(), looked = began;
  while (done < packets) {
    while (waiting < window && next < packets) {
      int slot = -1;
      for (int k = 0; k < sockets && slot < 0; k++) {
        int candidate = ((next / identifiers + k) % sockets) * identifiers + packet[next][1];
        if (in_flight[candidate] < 0) slot = candidate;
      }
      if (slot < 0 || send(open_sockets[slot / identifiers].fd, packet[next], length[next], 0) < 0) break;
      in_flight[slot] = next;
      sent_at[next] = resent_at[next] = now();
      next++;
      waiting++;
    }
    if (poll(open_sockets, sockets, 200) > 0) {
      for (int s = 0; s < sockets; s++) {
        unsigned char reply[4096];
        while (open_sockets[s].revents & POLLIN && recv(open_sockets[s].fd, reply, sizeof reply, 0) > 0) {
          int *which = &in_flight[s * identifiers + reply[1]];
          if (*which < 0) continue;
          took[*which] = now() - sent_at[*which];
          *which = -1;
          waiting--;
          done++;
          if (reply[0] == 2) accepts++;
          else if (reply[0] == 3) rejects++;
          else if (reply[0] == 5) acknowledged++;
        }
      }
    }
    double t = now();
    if (t - looked < 0.5) continue;
    looked = t;
    for (int i = 0; i < sockets * identifiers; i++) {
      int which = in_flight[i];
      if (which < 0) continue;
      if (t - sent_at[which] > give_up_after_s) {
        in_flight[i] = -1;
        took[which] = give_up_after_s;
        waiting--;
        done++;
        lost++;
      } else if (t - resent_at[which] > resend_after_s) {
        send(open_sockets[i / identifiers].fd, packet[which], length[which], 0);
        resent_at[which] = t;
      }
    }
  }
  double seconds = now() - began;
  qsort(took, packets, sizeof *took, ascending);
  printf("{\"replies\": %d, \"accepts\": %d, \"rejects\": %d, \"acknowledged\": %d, \"lost\": %d, \"seconds\": %.4f, \"p50_ms\": %.3f, \"p99_ms\": %.3f}\n",
    done - lost, accepts, rejects, acknowledged, lost, seconds, took[packets / 2] * 1e3, took[(int)(packets * 0.99)] * 1e3);
  return 0;
}
