// SPDX-License-Identifier: MIT
#include "tests/interop/lab/guest/exchange.h"

#include <errno.h>
#include <pthread.h>
#include <sha2.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static const uint64_t kDownKey = 1ULL << 32;

// One direction of a stream: its pattern and the digest of what has passed.
struct stream {
  bool blind;  ///< no byte is looked at
  uint64_t key;
  uint64_t offset;
  SHA2_CTX digest;
};

static double now_s(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static uint8_t pattern_byte(uint64_t key, uint64_t offset) {
  uint64_t x = key + offset / 8 * 0x9E3779B97F4A7C15ULL;
  x = (x ^ (x >> 32)) * 0xD6E8FEB86659FD93ULL;
  x ^= x >> 29;
  return (uint8_t)(x >> (8 * (offset % 8)));
}

static void stream_start(struct stream* stream, uint64_t key, char mode) {
  stream->blind = mode == 'S';
  stream->key = key;
  stream->offset = 0;
  SHA256Init(&stream->digest);
}

static void stream_end(struct stream* stream, char hex[2 * kDigestBytes + 1]) {
  SHA256End(&stream->digest, hex);
}

static uint64_t number_at(const uint8_t* bytes, size_t width) {
  uint64_t number = 0;
  for (size_t i = 0; i < width; ++i) number = number << 8 | bytes[i];
  return number;
}

static void put_number(uint64_t number, uint8_t* bytes, size_t width) {
  for (size_t i = 0; i < width; ++i) bytes[i] = (uint8_t)(number >> (8 * (width - 1 - i)));
}

void request_encode(const struct exchange* what, uint8_t bytes[kRequestBytes]) {
  bytes[0] = (uint8_t)what->mode;
  bytes[1] = what->half_close ? kHalfClose : 0;
  put_number(what->pause_ms, bytes + 2, 2);
  put_number(what->bytes, bytes + 4, 8);
  put_number(what->seed, bytes + 12, 4);
}

bool request_decode(const uint8_t bytes[kRequestBytes], struct exchange* what) {
  what->mode = (char)bytes[0];
  what->half_close = (bytes[1] & kHalfClose) != 0;
  what->pause_ms = (uint16_t)number_at(bytes + 2, 2);
  what->bytes = number_at(bytes + 4, 8);
  what->seed = (uint32_t)number_at(bytes + 12, 4);
  return what->mode != 0 && strchr("EUDBXS", what->mode) != NULL;
}

static void ended(struct side* side, const char* call, const char* why) {
  if (side->end[0] == '\0') snprintf(side->end, sizeof side->end, "%s: %s", call, why);
}

// A process that is killed tells nobody; what it did so far is in the kernel's hands.
static void die_if_due(const struct side* side) {
  if (side->die_after != 0 && side->sent + side->received >= side->die_after) {
    kill(getpid(), SIGKILL);
  }
}

static bool write_whole(struct side* side, const uint8_t* bytes, size_t size) {
  for (size_t done = 0; done < size;) {
    const ssize_t n = send(side->socket, bytes + done, size - done, MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      ended(side, "send", strerrorname_np(errno));
      return false;
    }
    done += (size_t)n;
  }
  return true;
}

static ssize_t read_some(struct side* side, uint8_t* bytes, size_t size) {
  ssize_t n;
  do n = recv(side->socket, bytes, size, 0);
  while (n < 0 && errno == EINTR);
  if (n < 0) ended(side, "recv", strerrorname_np(errno));
  return n;
}

int read_whole(struct side* side, void* bytes, size_t size) {
  for (size_t done = 0; done < size;) {
    const ssize_t n = read_some(side, (uint8_t*)bytes + done, size - done);
    if (n == 0 && done == 0) return 0;
    if (n == 0) ended(side, "recv", "EOF");
    if (n <= 0) return -1;
    done += (size_t)n;
  }
  return 1;
}

// Sends `bytes` of the pattern.
static bool send_pattern(struct side* side, struct stream* out, uint64_t bytes) {
  uint8_t* chunk = calloc(1, side->chunk);
  bool good = chunk != NULL;
  while (good && out->offset < bytes) {
    const uint64_t left = bytes - out->offset;
    const size_t size = left < side->chunk ? (size_t)left : side->chunk;
    for (size_t i = 0; i < size && !out->blind; ++i) {
      chunk[i] = pattern_byte(out->key, out->offset + i);
    }
    good = write_whole(side, chunk, size);
    if (!good) break;
    if (!out->blind) SHA256Update(&out->digest, chunk, size);
    out->offset += size;
    side->sent += size;
    die_if_due(side);
  }
  free(chunk);
  return good;
}

// Receives `bytes` and holds them against the pattern; `echo` sends each piece back.
static bool take_pattern(struct side* side, struct stream* in, uint64_t bytes, bool echo) {
  uint8_t* chunk = malloc(side->chunk);
  bool good = chunk != NULL;
  while (good && in->offset < bytes) {
    const uint64_t left = bytes - in->offset;
    const ssize_t n = read_some(side, chunk, left < side->chunk ? (size_t)left : side->chunk);
    if (n == 0) ended(side, "recv", "EOF");
    if (n <= 0) good = false;
    if (!good) break;
    for (ssize_t i = 0; i < n && !in->blind; ++i) {
      if (chunk[i] != pattern_byte(in->key, in->offset + (uint64_t)i)) side->intact = false;
    }
    if (!in->blind) SHA256Update(&in->digest, chunk, (size_t)n);
    in->offset += (uint64_t)n;
    side->received += (uint64_t)n;
    if (echo) good = write_whole(side, chunk, (size_t)n);
    if (echo && good) side->sent += (uint64_t)n;
    die_if_due(side);
    if (side->rest_ms > 0) usleep(side->rest_ms * 1000);
  }
  free(chunk);
  return good;
}

struct sending {
  struct side side;
  struct stream* out;
  uint64_t bytes;
  bool half_close;
  bool good;
};

static void* send_in_thread(void* context) {
  struct sending* sending = context;
  sending->good = send_pattern(&sending->side, sending->out, sending->bytes);
  if (sending->good && sending->half_close) shutdown(sending->side.socket, SHUT_WR);
  return NULL;
}

// Sends one pattern while receiving the other: both directions are full at once.
static bool both_at_once(struct side* side, struct sending* sending, struct stream* in,
                         uint64_t bytes) {
  pthread_t thread;
  sending->side = *side;
  if (pthread_create(&thread, NULL, send_in_thread, sending) != 0) return false;
  const bool received = take_pattern(side, in, bytes, false);
  pthread_join(thread, NULL);
  side->sent += sending->side.sent - side->sent;
  if (side->end[0] == '\0') memcpy(side->end, sending->side.end, sizeof side->end);
  return received && sending->good;
}

static bool has_up(char mode) {
  return mode != 'D';
}
static bool has_down(char mode) {
  return mode != 'U' && mode != 'S';
}
// Whoever sends and receives at once must not wait for the one before the other.
static bool at_once(char mode) {
  return mode == 'X' || mode == 'E';
}

static bool exchange_as_client(const struct exchange* what, struct side* side, struct stream* up,
                               struct stream* down) {
  if (at_once(what->mode)) {
    struct sending sending = {.out = up, .bytes = what->bytes, .half_close = what->half_close};
    return both_at_once(side, &sending, down, what->bytes);
  }
  if (has_up(what->mode) && !send_pattern(side, up, what->bytes)) return false;
  if (what->half_close) shutdown(side->socket, SHUT_WR);
  return !has_down(what->mode) || take_pattern(side, down, what->bytes, false);
}

bool client_side(const struct exchange* what, struct side* side) {
  uint8_t request[kRequestBytes], digest[kDigestBytes];
  struct stream up, down;
  const double began = now_s();
  stream_start(&up, what->seed, what->mode);
  stream_start(&down, what->mode == 'E' ? what->seed : what->seed + kDownKey, what->mode);
  request_encode(what, request);
  side->mode = what->mode;
  side->intact = true;
  bool good = write_whole(side, request, sizeof request);
  good = good && exchange_as_client(what, side, &up, &down);
  if (good && read_whole(side, digest, sizeof digest) != 1) {
    ended(side, "recv", "EOF");
    good = false;
  }
  side->seconds = now_s() - began;
  stream_end(&up, side->sent_sha256);
  stream_end(&down, side->received_sha256);
  for (int i = 0; good && i < kDigestBytes; ++i) {
    snprintf(side->peer_sha256 + 2 * i, 3, "%02x", digest[i]);
  }
  // Without an upward stream the server's digest is that of nothing, and so is ours.
  if (good && strcmp(side->peer_sha256, side->sent_sha256) != 0) side->intact = false;
  return good;
}

static bool exchange_as_server(const struct exchange* what, struct side* side, struct stream* up,
                               struct stream* down) {
  if (what->mode == 'X' && !what->half_close) {
    struct sending sending = {.out = down, .bytes = what->bytes};
    return both_at_once(side, &sending, up, what->bytes);
  }
  if (has_up(what->mode) && !take_pattern(side, up, what->bytes, what->mode == 'E')) return false;
  if (what->half_close) {
    uint8_t beyond;
    const ssize_t n = read_some(side, &beyond, 1);
    if (n > 0) ended(side, "recv", "data after the half close");
    if (n != 0) return false;
  }
  return !has_down(what->mode) || what->mode == 'E' || send_pattern(side, down, what->bytes);
}

bool server_side(const struct exchange* what, struct side* side) {
  uint8_t digest[kDigestBytes];
  struct stream up, down;
  stream_start(&up, what->seed, what->mode);
  stream_start(&down, what->seed + kDownKey, what->mode);
  if (what->pause_ms > 0) side->rest_ms = what->pause_ms;
  side->mode = what->mode;
  side->intact = true;
  bool good = exchange_as_server(what, side, &up, &down);
  SHA2_CTX copy = up.digest;
  SHA256Final(digest, &copy);
  good = good && write_whole(side, digest, sizeof digest);
  stream_end(&up, side->received_sha256);
  if (what->mode == 'E') {
    memcpy(side->sent_sha256, side->received_sha256, sizeof side->sent_sha256);
  } else {
    stream_end(&down, side->sent_sha256);
  }
  return good;
}
