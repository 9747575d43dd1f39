// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// The SMC-R option (RFC 7609 §3.1: kind 254, length 6, "SMCR" in EBCDIC) in SYN and SYN-ACK of
// those sockets that asked for it, and what the peer's had. A SYN bears a decoy beside it, an
// experiment that nobody knows: a SYN-ACK with the decoy, too, is copied from the SYN by a host or
// box that does not know what it says, and its SMC-R option means nothing. Attached to a control
// group by `smclab setup synopt`; a program that runs in the group then needs no privilege. Two
// hooks answer the socket option of contract.h, one writes and reads TCP headers.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "emu/synopt/contract.h"

#define IPPROTO_TCP 6
#define TCP_SAVE_SYN 27

#define EEXIST 17

#define OPTION_KIND 254
#define OPTION_LENGTH 6

// RFC 4727's other kind for experiments, with an identifier of two bytes (RFC 6994).
#define DECOY_KIND 253
#define DECOY_LENGTH 4

// As a length: the kernel itself must not see this option any more.
#define DONE -1

// In the header's flags byte.
#define FLAG_SYN 0x02
#define FLAG_ACK 0x10

struct state {
  __u8 want;
  __u8 sent;
  __u8 seen;
  __u8 known;
};

// An accepted socket begins with a copy of its listener's.
struct {
  __uint(type, BPF_MAP_TYPE_SK_STORAGE);
  __uint(map_flags, BPF_F_NO_PREALLOC | BPF_F_CLONE);
  __type(key, int);
  __type(value, struct state);
} sockets SEC(".maps");

static const __u8 option[OPTION_LENGTH] = {OPTION_KIND, OPTION_LENGTH, 0xE2, 0xD4, 0xC3, 0xD9};

static const __u8 decoy[DECOY_LENGTH] = {DECOY_KIND, DECOY_LENGTH, 'S', 'L'};

// Whether the segment at hand, or with BPF_LOAD_HDR_OPT_TCP_SYN the SYN that it answers, bears the
// option.
static __always_inline int bears_option(struct bpf_sock_ops *ctx, __u64 flags) {
  __u8 found[OPTION_LENGTH];
  __builtin_memcpy(found, option, OPTION_LENGTH);
  return bpf_load_hdr_opt(ctx, found, OPTION_LENGTH, flags) == OPTION_LENGTH;
}

// Whether the SYN-ACK at hand has what only a copy of our SYN has.
static __always_inline int is_echo(struct bpf_sock_ops *ctx) {
  __u8 found[DECOY_LENGTH];
  __builtin_memcpy(found, decoy, DECOY_LENGTH);
  return bpf_load_hdr_opt(ctx, found, DECOY_LENGTH, 0) == DECOY_LENGTH;
}

static __always_inline struct state *state_of(struct bpf_sock_ops *ctx) {
  struct bpf_sock *sk = ctx->sk;
  return sk ? bpf_sk_storage_get(&sockets, sk, 0, 0) : 0;
}

static __always_inline void watch_headers(struct bpf_sock_ops *ctx, int on) {
  const int flag = BPF_SOCK_OPS_WRITE_HDR_OPT_CB_FLAG;
  const int flags = ctx->bpf_sock_ops_cb_flags;
  bpf_sock_ops_cb_flags_set(ctx, on ? flags | flag : flags & ~flag);
}

// Which header is being made: a SYN, or a SYN-ACK that answers a SYN with the option. With SYN
// cookies nothing would be remembered of the SYN, so the option must not be agreed on.
static __always_inline int wants_option(struct bpf_sock_ops *ctx) {
  if (!(ctx->skb_tcp_flags & FLAG_SYN)) return 0;
  if (!(ctx->skb_tcp_flags & FLAG_ACK)) return 1;
  if (ctx->args[0] == BPF_WRITE_HDR_TCP_SYNACK_COOKIE) return 0;
  return bears_option(ctx, BPF_LOAD_HDR_OPT_TCP_SYN);
}

// Whether the option is in the header at hand now. Refused where there is no room: then this side
// has not offered. One that is there already is as good: of this object attached once more, further
// up in the tree of control groups, or of the kernel's own SMC.
static __always_inline int write_option(struct bpf_sock_ops *ctx) {
  const long error = bpf_store_hdr_opt(ctx, option, OPTION_LENGTH, 0);
  return error == 0 || error == -EEXIST;
}

// The decoy yields where there is room for one only.
static __always_inline void reserve(struct bpf_sock_ops *ctx) {
  const int is_syn = !(ctx->skb_tcp_flags & FLAG_ACK);
  if (is_syn && bpf_reserve_hdr_opt(ctx, OPTION_LENGTH + DECOY_LENGTH, 0) == 0) return;
  bpf_reserve_hdr_opt(ctx, OPTION_LENGTH, 0);
}

static __always_inline void settle(struct bpf_sock_ops *ctx, __u64 where) {
  struct state *state = state_of(ctx);
  if (!state || !state->want) return;
  state->seen = (__u8)bears_option(ctx, where);
  if (where == BPF_LOAD_HDR_OPT_TCP_SYN) {
    state->sent = state->seen;  // a server sends the option exactly if the client did
  } else if (state->seen && is_echo(ctx)) {
    state->seen = 0;
  }
  state->known = 1;
  watch_headers(ctx, 0);  // or each segment of the connection would ask again
}

SEC("sockops")
int smclab_headers(struct bpf_sock_ops *ctx) {
  struct state *state;
  int on = 1;
  switch (ctx->op) {
    case BPF_SOCK_OPS_TCP_CONNECT_CB:
      state = state_of(ctx);
      if (state && state->want) watch_headers(ctx, 1);
      break;
    case BPF_SOCK_OPS_TCP_LISTEN_CB:
      state = state_of(ctx);
      if (!state || !state->want) break;
      watch_headers(ctx, 1);
      bpf_setsockopt(ctx, IPPROTO_TCP, TCP_SAVE_SYN, &on, sizeof(on));
      break;
    case BPF_SOCK_OPS_HDR_OPT_LEN_CB:
      if (wants_option(ctx)) reserve(ctx);
      break;
    case BPF_SOCK_OPS_WRITE_HDR_OPT_CB:
      if (!wants_option(ctx) || !write_option(ctx)) break;
      // A SYN-ACK is made for a request, which is no full socket and has no state.
      if (ctx->skb_tcp_flags & FLAG_ACK) break;
      bpf_store_hdr_opt(ctx, decoy, DECOY_LENGTH, 0);
      state = state_of(ctx);
      if (state) state->sent = 1;
      break;
    case BPF_SOCK_OPS_ACTIVE_ESTABLISHED_CB:
      settle(ctx, 0);
      break;
    case BPF_SOCK_OPS_PASSIVE_ESTABLISHED_CB:
      settle(ctx, BPF_LOAD_HDR_OPT_TCP_SYN);
      break;
    default:
      break;
  }
  return 1;
}

// The kernel's verifier refuses one 64-bit store over two of these fields, which clang would make.
static __always_inline void finish(struct bpf_sockopt *ctx, int length) {
  *(volatile __s32 *)&ctx->optlen = length;
}

SEC("cgroup/setsockopt")
int smclab_offer(struct bpf_sockopt *ctx) {
  if (ctx->level != SMCLAB_SYNOPT_LEVEL) return 1;
  int *value = ctx->optval;
  // The buffer is longer than what the program gave; DONE if this object, attached further down,
  // has seen it first.
  const int length = ctx->optlen;
  if (ctx->optname != SMCLAB_SYNOPT_OFFER || (length < (int)sizeof(*value) && length != DONE) ||
      (void *)(value + 1) > ctx->optval_end || !ctx->sk) {
    return 0;  // EPERM
  }
  struct state *state = bpf_sk_storage_get(&sockets, ctx->sk, 0, BPF_SK_STORAGE_GET_F_CREATE);
  if (!state) return 0;
  state->want = *value != 0;
  finish(ctx, DONE);
  return 1;
}

SEC("cgroup/getsockopt")
int smclab_agreed(struct bpf_sockopt *ctx) {
  if (ctx->level != SMCLAB_SYNOPT_LEVEL) return 1;
  __u8 *answer = ctx->optval;
  if (ctx->optname != SMCLAB_SYNOPT_AGREED ||
      (void *)(answer + SMCLAB_SYNOPT_ANSWER_SIZE) > ctx->optval_end || !ctx->sk) {
    return 1;  // the kernel's own answer stands: no such option
  }
  const struct state *state = bpf_sk_storage_get(&sockets, ctx->sk, 0, 0);
  answer[SMCLAB_SYNOPT_WANTED] = state ? state->want : 0;
  answer[SMCLAB_SYNOPT_SENT] = state ? state->sent : 0;
  answer[SMCLAB_SYNOPT_SEEN] = state ? state->seen : 0;
  answer[SMCLAB_SYNOPT_KNOWN] = state ? state->known : 0;
  finish(ctx, SMCLAB_SYNOPT_ANSWER_SIZE);
  *(volatile __s32 *)&ctx->retval = 0;
  return 1;
}

const char terms[] SEC("license") = "Dual MIT/GPL";
