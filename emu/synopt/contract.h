// SPDX-License-Identifier: MIT
//
// What a program and the BPF object say to each other: a socket option of our own, which the
// object answers in place of the kernel. C, because the object is compiled as such.
#pragma once

// Level of the option; no protocol has this number.
#define SMCLAB_SYNOPT_LEVEL 0x534D
// setsockopt, an int: 1 to bear the SMC-R option in this socket's SYN or SYN-ACK. Before connect()
// or listen().
#define SMCLAB_SYNOPT_OFFER 1
// getsockopt, four bytes, after connect() or accept().
#define SMCLAB_SYNOPT_AGREED 2

enum smclab_synopt_answer {
  SMCLAB_SYNOPT_WANTED,  // 1: this socket, or the listener it comes from, offers
  SMCLAB_SYNOPT_SENT,    // 1: the option went out
  SMCLAB_SYNOPT_SEEN,    // 1: the peer's SYN or SYN-ACK bore it
  SMCLAB_SYNOPT_KNOWN,   // 1: the connection is established, so that SEEN is final
  SMCLAB_SYNOPT_ANSWER_SIZE,
};
