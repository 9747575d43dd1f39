// SPDX-License-Identifier: MIT
//
// smcpeer: the application of the interoperability tests, client and server, over the sockets of
// the kernel it runs on. The protocol is described in exchange.h. It prints one line of JSON for
// each connection, and ends with 0 if all of them were completed intact.
//
//   smcpeer server [options]            serves --connections of them (0: for ever)
//   smcpeer client ADDRESS [options]    opens --connections of them, all at once
//
//   --family smc|smc6|ipproto|tcp   socket(AF_SMC, …, 0 or 1), socket(AF_INET, …, IPPROTO_SMC), TCP
//   --port N  --bind ADDRESS  --connections N  --chunk BYTES  --sndbuf BYTES  --rcvbuf BYTES
//   --mode echo|up|down|both|duplex|stream  --bytes N  --seed N  --half-close  --peer-rest-ms N
//   --rest-ms N        a slow reader: so long after each read
//   --hold-ms N        how long the client keeps the connection before it closes
//   --in-turn-ms N     connections begin and end one after the other, all open in between; N ms
//                      pass between two ends
//   --linger SECONDS   SO_LINGER; 0 asks for a reset
//   --die-after BYTES  kills itself (SIGKILL) in mid-transfer
//   --patience-ms N    SO_RCVTIMEO and SO_SNDTIMEO: a call that takes longer ends with EAGAIN
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/interop/lab/guest/exchange.h"
#include "tests/interop/lab/guest/smc_sockets.h"
#include "tests/interop/lab/guest/turns.h"

#ifndef IPPROTO_SMC
#define IPPROTO_SMC 256
#endif

enum { kOk = 0, kFailed = 1, kUsage = 2, kMostConnections = 256 };

static struct options {
  const char* role;
  const char* address;
  const char* bind;
  const char* family;
  const char* mode;
  long port, connections, chunk, sndbuf, rcvbuf;
  long rest_ms, hold_ms, in_turn_ms, linger, die_after, patience_ms;
  struct exchange what;
} o = {.role = "",
       .family = "smc",
       .mode = "echo",
       .port = 5000,
       .connections = 1,
       .chunk = 1 << 16,
       .linger = -1,
       .what = {.bytes = 1000, .seed = 1}};

static pthread_mutex_t printing = PTHREAD_MUTEX_INITIALIZER;

// --- how a connection is carried ----------------------------------------------------------------

struct carried {
  uint64_t inode;
  bool found;
  struct smc_socket socket;
};

static void match_inode(void* context, const struct smc_socket* found) {
  struct carried* carried = context;
  if (found->base.diag_inode != carried->inode) return;
  carried->found = true;
  carried->socket = *found;
}

// Asked while the connection lives; afterwards the kernel has forgotten it.
static void look_up(int socket, struct carried* carried) {
  struct stat state;
  memset(carried, 0, sizeof *carried);
  if (strcmp(o.family, "tcp") == 0 || fstat(socket, &state) != 0) return;
  carried->inode = state.st_ino;
  each_smc_socket(match_inode, carried);
}

static void print_carried(const struct carried* carried) {
  const bool plain = strcmp(o.family, "tcp") == 0;
  const char* name = carried->found ? transport_name(&carried->socket) : plain ? "tcp" : "unknown";
  printf("\"transport\":\"%s\"", name);
  if (carried->found && carried->socket.has_fallback && strcmp(name, "tcp") == 0) {
    printf(",\"fallback_reason\":\"0x%08x\",\"peer_diagnosis\":\"0x%08x\"",
           carried->socket.fallback.reason, carried->socket.fallback.peer_diagnosis);
  }
}

static void print_result(long number, const struct carried* carried, const struct side* side) {
  pthread_mutex_lock(&printing);
  printf("{\"role\":\"%s\",\"connection\":%ld,\"family\":\"%s\",\"mode\":\"%c\",", o.role, number,
         o.family, side->mode ? side->mode : '-');
  print_carried(carried);
  printf(",\"bytes_sent\":%llu,\"bytes_received\":%llu", (unsigned long long)side->sent,
         (unsigned long long)side->received);
  printf(",\"sent_sha256\":\"%s\",\"received_sha256\":\"%s\",\"peer_sha256\":\"%s\"",
         side->sent_sha256, side->received_sha256, side->peer_sha256);
  printf(",\"seconds\":%.6f,\"intact\":%s,\"end\":\"%s\"}\n", side->seconds,
         side->intact ? "true" : "false", side->end[0] ? side->end : "done");
  fflush(stdout);
  pthread_mutex_unlock(&printing);
}

// --- sockets ------------------------------------------------------------------------------------

static void set(int socket, int level, int name, long value) {
  const int number = (int)value;
  if (value > 0) setsockopt(socket, level, name, &number, sizeof number);
}

static void set_up(int socket) {
  set(socket, SOL_SOCKET, SO_SNDBUF, o.sndbuf);
  set(socket, SOL_SOCKET, SO_RCVBUF, o.rcvbuf);
  if (o.patience_ms > 0) {
    const struct timeval patience = {o.patience_ms / 1000, o.patience_ms % 1000 * 1000};
    setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  }
  if (o.linger >= 0) {
    const struct linger linger = {1, (int)o.linger};
    setsockopt(socket, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
  }
}

static int make_socket(void) {
  int made;
  if (strcmp(o.family, "tcp") == 0) {
    made = socket(AF_INET, SOCK_STREAM, 0);
  } else if (strcmp(o.family, "ipproto") == 0) {
    made = socket(AF_INET, SOCK_STREAM, IPPROTO_SMC);
  } else {
    made = socket(AF_SMC, SOCK_STREAM, strcmp(o.family, "smc6") == 0 ? 1 : 0);
  }
  if (made < 0) {
    perror("smcpeer: socket");
    exit(kFailed);
  }
  set(made, SOL_SOCKET, SO_REUSEADDR, 1);
  set_up(made);
  return made;
}

static socklen_t fill_address(struct sockaddr_storage* storage, const char* text, long port) {
  memset(storage, 0, sizeof *storage);
  if (strcmp(o.family, "smc6") == 0) {
    struct sockaddr_in6* six = (struct sockaddr_in6*)storage;
    six->sin6_family = AF_INET6;
    six->sin6_port = htons((uint16_t)port);
    if (text) inet_pton(AF_INET6, text, &six->sin6_addr);
    return sizeof *six;
  }
  struct sockaddr_in* four = (struct sockaddr_in*)storage;
  four->sin_family = AF_INET;
  four->sin_port = htons((uint16_t)port);
  if (text) inet_pton(AF_INET, text, &four->sin_addr);
  return sizeof *four;
}

static void bind_to(int socket, long port) {
  struct sockaddr_storage storage;
  const socklen_t size = fill_address(&storage, o.bind, port);
  if (bind(socket, (struct sockaddr*)&storage, size) != 0) {
    perror("smcpeer: bind");
    exit(kFailed);
  }
}

// --- the two roles ------------------------------------------------------------------------------

struct task {
  long number;
  int socket;
  bool good;
  pthread_t thread;
};

static struct side side_of(int socket) {
  return (struct side){.socket = socket,
                       .chunk = (size_t)o.chunk,
                       .rest_ms = (unsigned)o.rest_ms,
                       .die_after = (uint64_t)o.die_after};
}

static void* run_client(void* context) {
  struct task* task = context;
  struct sockaddr_storage storage;
  struct carried carried;
  struct side side = side_of(make_socket());
  if (o.bind) bind_to(side.socket, 0);
  const socklen_t size = fill_address(&storage, o.address, o.port);
  memset(&carried, 0, sizeof carried);
  if (o.in_turn_ms > 0) await_begin(task->number);
  const bool connected = connect(side.socket, (struct sockaddr*)&storage, size) == 0;
  if (!connected) snprintf(side.end, sizeof side.end, "connect: %s", strerrorname_np(errno));
  has_begun();
  if (connected) {
    look_up(side.socket, &carried);
    task->good = client_side(&o.what, &side);
    if (o.hold_ms > 0) usleep((useconds_t)o.hold_ms * 1000);
  }
  task->good = task->good && side.intact;
  if (o.in_turn_ms > 0) await_end(task->number, o.connections, o.in_turn_ms);
  close(side.socket);
  has_ended();
  print_result(task->number, &carried, &side);
  return NULL;
}

static void* run_server(void* context) {
  struct task* task = context;
  struct carried carried;
  struct side side = side_of(task->socket);
  uint8_t request[kRequestBytes];
  struct exchange what = {0};
  int got = read_whole(&side, request, sizeof request);
  look_up(task->socket, &carried);
  for (; got == 1; got = read_whole(&side, request, sizeof request)) {
    if (!request_decode(request, &what)) {
      snprintf(side.end, sizeof side.end, "request: unknown mode");
      break;
    }
    task->good = server_side(&what, &side) && side.intact;
    if (!task->good) break;
  }
  if (got < 0) task->good = false;
  close(task->socket);
  print_result(task->number, &carried, &side);
  return NULL;
}

static int clients(void) {
  static struct task tasks[kMostConnections];
  bool good = true;
  for (long i = 0; i < o.connections; ++i) {
    tasks[i].number = i;
    pthread_create(&tasks[i].thread, NULL, run_client, &tasks[i]);
  }
  for (long i = 0; i < o.connections; ++i) {
    pthread_join(tasks[i].thread, NULL);
    good = good && tasks[i].good;
  }
  return good ? kOk : kFailed;
}

static int serve(void) {
  static struct task tasks[kMostConnections];
  const int listener = make_socket();
  bool good = true;
  bind_to(listener, o.port);
  if (listen(listener, 128) != 0) {
    perror("smcpeer: listen");
    return kFailed;
  }
  fprintf(stderr, "listening\n");
  for (long i = 0; o.connections == 0 || i < o.connections; ++i) {
    struct task* task = &tasks[i % kMostConnections];
    if (i >= kMostConnections) pthread_join(task->thread, NULL);
    task->number = i;
    task->good = false;
    do task->socket = accept(listener, NULL, NULL);
    while (task->socket < 0 && (errno == EINTR || errno == EAGAIN));
    if (task->socket < 0) {
      perror("smcpeer: accept");
      return kFailed;
    }
    set_up(task->socket);
    pthread_create(&task->thread, NULL, run_server, task);
  }
  for (long i = 0; i < o.connections && i < kMostConnections; ++i) {
    pthread_join(tasks[i].thread, NULL);
    good = good && tasks[i].good;
  }
  return good ? kOk : kFailed;
}

// --- the command line ---------------------------------------------------------------------------

static int usage(const char* about) {
  fprintf(stderr,
          "smcpeer: %s\nusage: smcpeer server|client ADDRESS [--family smc|smc6|ipproto|"
          "tcp] [--mode echo|up|down|both|duplex|stream] [--bytes N] …\n",
          about);
  return kUsage;
}

static bool take_option(const char* name, const char* value, bool* used) {
  const struct {
    const char* name;
    long* number;
  } kNumbers[] = {{"--port", &o.port},
                  {"--connections", &o.connections},
                  {"--chunk", &o.chunk},
                  {"--sndbuf", &o.sndbuf},
                  {"--rcvbuf", &o.rcvbuf},
                  {"--rest-ms", &o.rest_ms},
                  {"--hold-ms", &o.hold_ms},
                  {"--linger", &o.linger},
                  {"--in-turn-ms", &o.in_turn_ms},
                  {"--die-after", &o.die_after},
                  {"--patience-ms", &o.patience_ms}};
  *used = strcmp(name, "--half-close") != 0;
  if (!*used) return o.what.half_close = true;
  if (!value) return false;
  for (size_t i = 0; i < sizeof kNumbers / sizeof kNumbers[0]; ++i) {
    if (strcmp(name, kNumbers[i].name) != 0) continue;
    *kNumbers[i].number = strtol(value, NULL, 10);
    return true;
  }
  if (strcmp(name, "--family") == 0) return (o.family = value);
  if (strcmp(name, "--mode") == 0) return (o.mode = value);
  if (strcmp(name, "--bind") == 0) return (o.bind = value);
  if (strcmp(name, "--bytes") == 0) return o.what.bytes = strtoull(value, NULL, 10), true;
  if (strcmp(name, "--seed") == 0) return o.what.seed = (uint32_t)strtoul(value, NULL, 10), true;
  if (strcmp(name, "--peer-rest-ms") == 0) {
    o.what.pause_ms = (uint16_t)strtoul(value, NULL, 10);
    return true;
  }
  return false;
}

static const char* decode_words(int count, char** words) {
  static const struct {
    const char* name;
    char letter;
  } kModes[] = {{"echo", 'E'}, {"up", 'U'},     {"down", 'D'},
                {"both", 'B'}, {"duplex", 'X'}, {"stream", 'S'}};
  const bool is_client = count > 1 && strcmp(words[1], "client") == 0;
  if (!is_client && (count < 2 || strcmp(words[1], "server") != 0)) return "server or client?";
  if (is_client && count < 3) return "which address?";
  o.role = words[1];
  o.address = is_client ? words[2] : NULL;
  for (int i = is_client ? 3 : 2; i < count; ++i) {
    bool used = false;
    if (!take_option(words[i], i + 1 < count ? words[i + 1] : NULL, &used)) return words[i];
    i += used;
  }
  for (size_t i = 0; i < sizeof kModes / sizeof kModes[0]; ++i) {
    if (strcmp(o.mode, kModes[i].name) == 0) o.what.mode = kModes[i].letter;
  }
  if (!o.what.mode) return "--mode";
  if (!strstr("|smc|smc6|ipproto|tcp|", o.family)) return "--family";
  if (o.chunk < 1 || o.chunk > 1 << 20) return "--chunk";
  if (o.connections < is_client || o.connections > kMostConnections) return "--connections";
  return NULL;
}

int main(int count, char** words) {
  const char* wrong = decode_words(count, words);
  if (wrong) return usage(wrong);
  return strcmp(o.role, "client") == 0 ? clients() : serve();
}
