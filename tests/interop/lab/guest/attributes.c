// SPDX-License-Identifier: MIT
#include "tests/interop/lab/guest/attributes.h"

#include <linux/smc.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "tests/interop/lab/guest/netlink.h"

static const struct attribute kV2Common[] = {{SMC_NLA_LGR_V2_VER, "version", kNumber, NULL},
                                             {SMC_NLA_LGR_V2_REL, "release", kNumber, NULL},
                                             {SMC_NLA_LGR_V2_OS, "os", kNumber, NULL},
                                             {SMC_NLA_LGR_V2_NEG_EID, "eid", kText, NULL},
                                             {SMC_NLA_LGR_V2_PEER_HOST, "peer_host", kText, NULL},
                                             {0, NULL, kNumber, NULL}};
static const struct attribute kGroup[] = {{SMC_NLA_LGR_R_ID, "id", kNumber, NULL},
                                          {SMC_NLA_LGR_R_ROLE, "role", kNumber, NULL},
                                          {SMC_NLA_LGR_R_TYPE, "type", kNumber, NULL},
                                          {SMC_NLA_LGR_R_PNETID, "pnetid", kText, NULL},
                                          {SMC_NLA_LGR_R_CONNS_NUM, "connections", kNumber, NULL},
                                          {SMC_NLA_LGR_R_V2_COMMON, "v2", kNested, kV2Common},
                                          {0, NULL, kNumber, NULL}};
static const struct attribute kLink[] = {{SMC_NLA_LINK_ID, "id", kNumber, NULL},
                                         {SMC_NLA_LINK_IB_DEV, "ib", kText, NULL},
                                         {SMC_NLA_LINK_IB_PORT, "port", kNumber, NULL},
                                         {SMC_NLA_LINK_GID, "gid", kText, NULL},
                                         {SMC_NLA_LINK_PEER_GID, "peer_gid", kText, NULL},
                                         {SMC_NLA_LINK_CONN_CNT, "connections", kNumber, NULL},
                                         {SMC_NLA_LINK_UID, "uid", kNumber, NULL},
                                         {SMC_NLA_LINK_PEER_UID, "peer_uid", kNumber, NULL},
                                         {SMC_NLA_LINK_STATE, "state", kNumber, NULL},
                                         {0, NULL, kNumber, NULL}};
static const struct attribute kPort[] = {{SMC_NLA_DEV_PORT_PNETID, "pnetid", kText, NULL},
                                         {SMC_NLA_DEV_PORT_NETDEV, "netdev", kNumber, NULL},
                                         {SMC_NLA_DEV_PORT_STATE, "state", kNumber, NULL},
                                         {SMC_NLA_DEV_PORT_LNK_CNT, "links", kNumber, NULL},
                                         {0, NULL, kNumber, NULL}};
static const struct attribute kDevice[] = {{SMC_NLA_DEV_USE_CNT, "use_count", kNumber, NULL},
                                           {SMC_NLA_DEV_PORT, "port", kNested, kPort},
                                           {SMC_NLA_DEV_IB_NAME, "ib", kText, NULL},
                                           {0, NULL, kNumber, NULL}};
static const struct attribute kSystem[] = {{SMC_NLA_SYS_VER, "version", kNumber, NULL},
                                           {SMC_NLA_SYS_REL, "release", kNumber, NULL},
                                           {SMC_NLA_SYS_LOCAL_HOST, "host", kText, NULL},
                                           {SMC_NLA_SYS_IS_SMCR_V2, "smcr_v2", kNumber, NULL},
                                           {0, NULL, kNumber, NULL}};
static const struct attribute kBuffers[] = {
    {SMC_NLA_STATS_RMB_SIZE_SM_PEER_CNT, "peer_small", kNumber, NULL},
    {SMC_NLA_STATS_RMB_SIZE_SM_CNT, "small", kNumber, NULL},
    {SMC_NLA_STATS_RMB_FULL_PEER_CNT, "peer_full", kNumber, NULL},
    {SMC_NLA_STATS_RMB_FULL_CNT, "full", kNumber, NULL},
    {SMC_NLA_STATS_RMB_REUSE_CNT, "reused", kNumber, NULL},
    {SMC_NLA_STATS_RMB_ALLOC_CNT, "allocated", kNumber, NULL},
    {SMC_NLA_STATS_RMB_DGRADE_CNT, "downgraded", kNumber, NULL},
    {0, NULL, kNumber, NULL}};
static const struct attribute kSmcR[] = {
    {SMC_NLA_STATS_T_TX_RMB_STATS, "tx_buffers", kNested, kBuffers},
    {SMC_NLA_STATS_T_RX_RMB_STATS, "rx_buffers", kNested, kBuffers},
    {SMC_NLA_STATS_T_CLNT_V1_SUCC, "client_v1", kNumber, NULL},
    {SMC_NLA_STATS_T_CLNT_V2_SUCC, "client_v2", kNumber, NULL},
    {SMC_NLA_STATS_T_SRV_V1_SUCC, "server_v1", kNumber, NULL},
    {SMC_NLA_STATS_T_SRV_V2_SUCC, "server_v2", kNumber, NULL},
    {SMC_NLA_STATS_T_URG_DATA_CNT, "urgent", kNumber, NULL},
    {SMC_NLA_STATS_T_RX_BYTES, "rx_bytes", kNumber, NULL},
    {SMC_NLA_STATS_T_TX_BYTES, "tx_bytes", kNumber, NULL},
    {SMC_NLA_STATS_T_RX_CNT, "rx_count", kNumber, NULL},
    {SMC_NLA_STATS_T_TX_CNT, "tx_count", kNumber, NULL},
    {0, NULL, kNumber, NULL}};
static const struct attribute kStats[] = {
    {SMC_NLA_STATS_SMCR_TECH, "smc_r", kNested, kSmcR},
    {SMC_NLA_STATS_CLNT_HS_ERR_CNT, "client_handshake_errors", kNumber, NULL},
    {SMC_NLA_STATS_SRV_HS_ERR_CNT, "server_handshake_errors", kNumber, NULL},
    {0, NULL, kNumber, NULL}};
static const struct attribute kFallbacks[] = {
    {SMC_NLA_FBACK_STATS_TYPE, "type", kNumber, NULL},
    {SMC_NLA_FBACK_STATS_SRV_CNT, "server_total", kNumber, NULL},
    {SMC_NLA_FBACK_STATS_CLNT_CNT, "client_total", kNumber, NULL},
    {SMC_NLA_FBACK_STATS_RSN_CODE, "reason", kNumber, NULL},
    {SMC_NLA_FBACK_STATS_RSN_CNT, "count", kNumber, NULL},
    {0, NULL, kNumber, NULL}};

const struct attribute kGeneral[] = {{SMC_GEN_SYS_INFO, "system", kNested, kSystem},
                                     {SMC_GEN_LGR_SMCR, "group", kNested, kGroup},
                                     {SMC_GEN_LINK_SMCR, "link", kNested, kLink},
                                     {SMC_GEN_DEV_SMCR, "device", kNested, kDevice},
                                     {SMC_GEN_STATS, "stats", kNested, kStats},
                                     {SMC_GEN_FBACK_STATS, "fallback", kNested, kFallbacks},
                                     {0, NULL, kNumber, NULL}};
const struct attribute kUeid[] = {{SMC_NLA_EID_TABLE_ENTRY, "ueid", kText, NULL},
                                  {0, NULL, kNumber, NULL}};
const struct attribute kPnet[] = {{SMC_PNETID_NAME, "pnetid", kText, NULL},
                                  {SMC_PNETID_ETHNAME, "eth", kText, NULL},
                                  {SMC_PNETID_IBNAME, "ib", kText, NULL},
                                  {SMC_PNETID_IBPORT, "port", kNumber, NULL},
                                  {0, NULL, kNumber, NULL}};

struct printer {
  const struct attribute* names;
  bool started;
};

// Texts of the kernel are padded with blanks or zeros, and are names: no character needs an escape
// but these two.
static void print_text(const char* text, size_t size) {
  size = strnlen(text, size);
  while (size > 0 && text[size - 1] == ' ') --size;
  putchar('"');
  for (size_t i = 0; i < size; ++i) {
    if (text[i] == '"' || text[i] == '\\') putchar('\\');
    putchar(text[i]);
  }
  putchar('"');
}

static void print_attribute(void* context, int type, const void* data, size_t size) {
  struct printer* printer = context;
  const struct attribute* it = printer->names;
  while (it->name && it->type != type) ++it;
  if (!it->name) return;
  printf("%s\"%s\":", printer->started ? "," : "", it->name);
  printer->started = true;
  if (it->kind == kNested) {
    print_attributes(it->inside, data, size);
  } else if (it->kind == kText) {
    print_text(data, size);
  } else {
    uint64_t number = 0;
    memcpy(&number, data, size < sizeof number ? size : sizeof number);
    printf("%llu", (unsigned long long)number);
  }
}

void print_attributes(const struct attribute* names, const void* bytes, size_t size) {
  struct printer printer = {names, false};
  putchar('{');
  each_attribute(bytes, size, print_attribute, &printer);
  putchar('}');
}
