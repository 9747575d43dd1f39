// SPDX-License-Identifier: MIT
//
// smcctl: what a kernel's SMC is told and tells, over netlink; everything shown is a line of JSON.
//
//   smcctl ueid add NAME | ueid flush | ueid show
//   smcctl pnet add NAME [eth DEVICE] [ib DEVICE] | pnet flush | pnet show
//   smcctl sockets                              every SMC socket: transport, fallback, cursors
//   smcctl info | groups | links | devices | stats | fallbacks
#include <arpa/inet.h>
#include <errno.h>
#include <linux/genetlink.h>
#include <linux/smc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/interop/lab/guest/attributes.h"
#include "tests/interop/lab/guest/netlink.h"
#include "tests/interop/lab/guest/smc_sockets.h"

enum { kOk = 0, kFailed = 1, kUsage = 2 };
static const size_t kMostName = 64;

static int complain(const char* what, int result) {
  if (result >= 0) return kOk;
  fprintf(stderr, "smcctl: %s: %s\n", what, strerror(-result));
  return kFailed;
}

static int start_command(struct request* request, const char* family, int command) {
  const int number = family_number(family);
  const struct genlmsghdr head = {.cmd = (uint8_t)command, .version = 1};
  if (number < 0) return number;
  request_start(request, number, 0);
  request_add(request, &head, sizeof head);
  return 0;
}

static int order(const char* family, int command) {
  struct request request;
  const int result = start_command(&request, family, command);
  return result < 0 ? result : netlink_ask(NETLINK_GENERIC, &request, NULL, NULL);
}

static void show_answer(void* context, const void* body, size_t size) {
  if (size <= GENL_HDRLEN) return;
  print_attributes(context, (const char*)body + GENL_HDRLEN, size - GENL_HDRLEN);
  putchar('\n');
}

static int show(const char* family, int command, const struct attribute* names) {
  struct request request;
  const int result = start_command(&request, family, command);
  if (result < 0) return result;
  request.head.nlmsg_flags |= NLM_F_DUMP;
  return netlink_ask(NETLINK_GENERIC, &request, show_answer, (void*)names);
}

// --- user-defined EIDs and PNET IDs -------------------------------------------------------------

static int ueid_add(const char* name) {
  struct request request;
  char padded[SMC_MAX_EID_LEN + 1];
  if (strlen(name) > SMC_MAX_EID_LEN) return -E2BIG;
  snprintf(padded, sizeof padded, "%-*s", SMC_MAX_EID_LEN, name);
  const int result = start_command(&request, SMC_GENL_FAMILY_NAME, SMC_NETLINK_ADD_UEID);
  if (result < 0) return result;
  request_attribute(&request, SMC_NLA_EID_TABLE_ENTRY, padded, sizeof padded);
  return netlink_ask(NETLINK_GENERIC, &request, NULL, NULL);
}

static int ueid(int count, char** words) {
  if (count == 2 && strcmp(words[0], "add") == 0) return ueid_add(words[1]);
  if (count == 1 && strcmp(words[0], "flush") == 0) {
    return order(SMC_GENL_FAMILY_NAME, SMC_NETLINK_FLUSH_UEID);
  }
  if (count == 1 && strcmp(words[0], "show") == 0) {
    return show(SMC_GENL_FAMILY_NAME, SMC_NETLINK_DUMP_UEID, kUeid);
  }
  return -EINVAL;
}

static int pnet_add(int count, char** words) {
  struct request request;
  if (count > 5 || strlen(words[0]) > kMostName) return -E2BIG;
  const int result = start_command(&request, SMCR_GENL_FAMILY_NAME, SMC_PNETID_ADD);
  if (result < 0) return result;
  request_attribute(&request, SMC_PNETID_NAME, words[0], strlen(words[0]) + 1);
  for (int i = 1; i + 1 < count; i += 2) {
    const char* value = words[i + 1];
    if (strlen(value) > kMostName) return -E2BIG;
    if (strcmp(words[i], "eth") == 0) {
      request_attribute(&request, SMC_PNETID_ETHNAME, value, strlen(value) + 1);
    } else if (strcmp(words[i], "ib") == 0) {
      const uint8_t port = 1;
      request_attribute(&request, SMC_PNETID_IBNAME, value, strlen(value) + 1);
      request_attribute(&request, SMC_PNETID_IBPORT, &port, sizeof port);
    } else {
      return -EINVAL;
    }
  }
  return netlink_ask(NETLINK_GENERIC, &request, NULL, NULL);
}

static int pnet(int count, char** words) {
  if (count >= 4 && strcmp(words[0], "add") == 0) return pnet_add(count - 1, words + 1);
  if (count == 1 && strcmp(words[0], "flush") == 0) {
    return order(SMCR_GENL_FAMILY_NAME, SMC_PNETID_FLUSH);
  }
  if (count == 1 && strcmp(words[0], "show") == 0) {
    return show(SMCR_GENL_FAMILY_NAME, SMC_PNETID_GET, kPnet);
  }
  return -EINVAL;
}

// --- sockets ------------------------------------------------------------------------------------

static void print_cursor(const char* name, const struct smc_diag_cursor* cursor) {
  printf(",\"%s\":{\"wrap\":%u,\"count\":%u}", name, cursor->wrap, cursor->count);
}

static void print_connection(const struct smc_diag_conninfo* it) {
  printf(",\"token\":\"0x%08x\",\"sndbuf_size\":%u,\"rmbe_size\":%u,\"peer_rmbe_size\":%u",
         it->token, it->sndbuf_size, it->rmbe_size, it->peer_rmbe_size);
  print_cursor("rx_prod", &it->rx_prod);
  print_cursor("rx_cons", &it->rx_cons);
  print_cursor("tx_prod", &it->tx_prod);
  print_cursor("tx_cons", &it->tx_cons);
  print_cursor("tx_prep", &it->tx_prep);
  print_cursor("tx_sent", &it->tx_sent);
  print_cursor("tx_fin", &it->tx_fin);
  printf(",\"rx_flags\":\"%02x%02x\",\"tx_flags\":\"%02x%02x\"", it->rx_prod_flags,
         it->rx_conn_state_flags, it->tx_prod_flags, it->tx_conn_state_flags);
}

static void print_end(const char* name, const uint32_t* address, uint16_t port) {
  char text[INET6_ADDRSTRLEN];
  // smc_diag does not say the family; an IPv4 address leaves the other three words empty.
  const int family = address[1] || address[2] || address[3] ? AF_INET6 : AF_INET;
  inet_ntop(family, address, text, sizeof text);
  printf(",\"%s\":\"%s\",\"%s_port\":%u", name, text, name, ntohs(port));
}

static void print_socket(void* context, const struct smc_socket* it) {
  (void)context;
  printf("{\"transport\":\"%s\",\"state\":%u,\"inode\":%llu", transport_name(it),
         it->base.diag_state, (unsigned long long)it->base.diag_inode);
  print_end("local", it->base.id.idiag_src, it->base.id.idiag_sport);
  print_end("peer", it->base.id.idiag_dst, it->base.id.idiag_dport);
  if (it->has_fallback && strcmp(transport_name(it), "tcp") == 0) {
    printf(",\"fallback_reason\":\"0x%08x\",\"peer_diagnosis\":\"0x%08x\"", it->fallback.reason,
           it->fallback.peer_diagnosis);
  }
  if (it->has_connection) print_connection(&it->connection);
  if (it->has_group) {
    const struct smc_diag_linkinfo* link = &it->group.lnk[0];
    printf(",\"role\":\"%s\",\"link\":%u,\"ib\":\"%.*s\",\"gid\":\"%.40s\",\"peer_gid\":\"%.40s\"",
           it->group.role ? "server" : "client", link->link_id, (int)sizeof link->ibname,
           link->ibname, link->gid, link->peer_gid);
  }
  puts("}");
}

int main(int count, char** words) {
  static const struct {
    const char* word;
    int command;
  } kShown[] = {{"info", SMC_NETLINK_GET_SYS_INFO},   {"groups", SMC_NETLINK_GET_LGR_SMCR},
                {"links", SMC_NETLINK_GET_LINK_SMCR}, {"devices", SMC_NETLINK_GET_DEV_SMCR},
                {"stats", SMC_NETLINK_GET_STATS},     {"fallbacks", SMC_NETLINK_GET_FBACK_STATS}};
  const char* what = count > 1 ? words[1] : "";
  int result = -EINVAL;
  if (strcmp(what, "ueid") == 0) result = ueid(count - 2, words + 2);
  if (strcmp(what, "pnet") == 0) result = pnet(count - 2, words + 2);
  if (strcmp(what, "sockets") == 0) result = each_smc_socket(print_socket, NULL);
  for (size_t i = 0; i < sizeof kShown / sizeof kShown[0]; ++i) {
    if (strcmp(what, kShown[i].word) == 0) {
      result = show(SMC_GENL_FAMILY_NAME, kShown[i].command, kGeneral);
    }
  }
  if (result == -EINVAL) {
    fputs(
        "usage: smcctl ueid|pnet add|flush|show …, or smcctl sockets|info|groups|links|"
        "devices|stats|fallbacks\n",
        stderr);
    return kUsage;
  }
  return complain(what, result);
}
