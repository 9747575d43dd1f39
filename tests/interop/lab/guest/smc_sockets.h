// SPDX-License-Identifier: MIT
//
// What the kernel tells of its SMC sockets (smc_diag): whether a connection is carried by RDMA or
// fell back to TCP, and why.
#pragma once

#include <linux/smc_diag.h>
#include <stdbool.h>

#ifndef AF_SMC
#define AF_SMC 43
#endif

struct smc_socket {
  struct smc_diag_msg base;
  bool has_connection;
  bool has_group;
  bool has_fallback;
  struct smc_diag_conninfo connection;
  struct smc_diag_lgrinfo group;
  struct smc_diag_fallback fallback;
};

typedef void (*smc_socket_visitor)(void* context, const struct smc_socket* found);

/// Visits every SMC socket of this network namespace. 0, or a negative errno.
int each_smc_socket(smc_socket_visitor visit, void* context);
/// "smc-r", "tcp" or "smc-d"; "none" for one that is not connected.
const char* transport_name(const struct smc_socket* found);
