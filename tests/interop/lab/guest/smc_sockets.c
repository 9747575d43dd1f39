// SPDX-License-Identifier: MIT
#include "tests/interop/lab/guest/smc_sockets.h"

#include <linux/sock_diag.h>
#include <string.h>
#include <sys/socket.h>

#include "tests/interop/lab/guest/netlink.h"

struct visit {
  smc_socket_visitor call;
  void* context;
};

static bool take(void* target, size_t size, const void* data, size_t given) {
  if (given < size) return false;
  memcpy(target, data, size);
  return true;
}

static void take_attribute(void* context, int type, const void* data, size_t size) {
  struct smc_socket* found = context;
  if (type == SMC_DIAG_CONNINFO) {
    found->has_connection = take(&found->connection, sizeof found->connection, data, size);
  } else if (type == SMC_DIAG_LGRINFO) {
    found->has_group = take(&found->group, sizeof found->group, data, size);
  } else if (type == SMC_DIAG_FALLBACK) {
    found->has_fallback = take(&found->fallback, sizeof found->fallback, data, size);
  }
}

static void visit_socket(void* context, const void* body, size_t size) {
  const struct visit* visit = context;
  struct smc_socket found;
  memset(&found, 0, sizeof found);
  if (!take(&found.base, sizeof found.base, body, size)) return;
  const size_t start = NLMSG_ALIGN(sizeof found.base);
  if (size > start) {
    each_attribute((const char*)body + start, size - start, take_attribute, &found);
  }
  visit->call(visit->context, &found);
}

int each_smc_socket(smc_socket_visitor call, void* context) {
  struct visit visit = {call, context};
  const struct smc_diag_req wanted = {.diag_family = AF_SMC, .diag_ext = 0xff};
  struct request request;
  request_start(&request, SOCK_DIAG_BY_FAMILY, NLM_F_DUMP);
  request_add(&request, &wanted, sizeof wanted);
  return netlink_ask(NETLINK_SOCK_DIAG, &request, visit_socket, &visit);
}

const char* transport_name(const struct smc_socket* found) {
  if (found->base.diag_mode == SMC_DIAG_MODE_FALLBACK_TCP) return "tcp";
  if (!found->has_connection) return "none";
  return found->base.diag_mode == SMC_DIAG_MODE_SMCD ? "smc-d" : "smc-r";
}
