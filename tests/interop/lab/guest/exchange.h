// SPDX-License-Identifier: MIT
//
// The application protocol of the interoperability tests. Any program may speak it; smcpeer is one
// that does, over AF_SMC or TCP.
//
// The client sends a request of 16 bytes, all numbers big endian:
//
//   0   mode       'E' echo, 'U' up, 'D' down, 'B' up and then down, 'X' up and down at once, 'S'
//                  stream: up, any bytes, which nobody looks at, so that speed can be measured
//   1   flags      1: half close – after its data the client shuts its sending side down, and the
//                  server answers only after it has seen the end
//   2   pause_ms   how long the server rests after each of its reads: a slow reader
//   4   bytes      in each direction that the mode has, 64 bits
//   12  seed
//
// Up: `bytes` of the pattern with key = seed go from client to server. Down: `bytes` of the pattern
// with key = seed + 2^32 go back, in echo instead what the server read, as it reads. At the end the
// server sends 32 bytes: the SHA-256 of all that it has read after the request (of nothing, for a
// stream). Then the client
// sends the next request, or closes.
//
// The pattern is the one of emu/scenario/pattern.h: bytes 8k … 8k+7 of a stream are the little
// endian word x ^ (x >> 29), x = (y ^ (y >> 32)) * 0xD6E8FEB86659FD93, y = key + k *
// 0x9E3779B97F4A7C15, modulo 2^64.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { kRequestBytes = 16, kDigestBytes = 32, kHalfClose = 1 };

struct exchange {
  char mode;
  bool half_close;
  uint16_t pause_ms;  ///< of the server; `rest_ms` is our own
  uint64_t bytes;
  uint32_t seed;
};

/// How one side does it, and what came of it.
struct side {
  int socket;
  char mode;           ///< of the last exchange; 0 before the first
  size_t chunk;        ///< bytes a call
  unsigned rest_ms;    ///< after each read
  uint64_t die_after;  ///< SIGKILL to ourselves once so many bytes have passed; 0 is never
  uint64_t sent;
  uint64_t received;
  double seconds;  ///< the client's: from before the request until the digest is there
  char sent_sha256[2 * kDigestBytes + 1];
  char received_sha256[2 * kDigestBytes + 1];
  char peer_sha256[2 * kDigestBytes + 1];  ///< the client's: what the server says it read
  bool intact;                             ///< everything that came is what had to come
  char end[64];                            ///< "done", or the call that failed and why
};

void request_encode(const struct exchange* what, uint8_t bytes[kRequestBytes]);
bool request_decode(const uint8_t bytes[kRequestBytes], struct exchange* what);

/// Both return whether the exchange was completed; `side` tells the rest.
bool client_side(const struct exchange* what, struct side* side);
bool server_side(const struct exchange* what, struct side* side);

/// Reads exactly `size` bytes. 1, 0 when the peer closed before the first one, or -1.
int read_whole(struct side* side, void* bytes, size_t size);
