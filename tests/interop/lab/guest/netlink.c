// SPDX-License-Identifier: MIT
#include "tests/interop/lab/guest/netlink.h"

#include <errno.h>
#include <linux/genetlink.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

// The kernel's own constants for these are signed.
static const size_t kAttributeHead = sizeof(struct nlattr);
static const size_t kCommandHead = sizeof(struct genlmsghdr);

static size_t aligned(size_t size) {
  return (size + 3) / 4 * 4;
}

void request_start(struct request* request, int type, int flags) {
  memset(request, 0, sizeof *request);
  request->head.nlmsg_len = NLMSG_LENGTH(0);
  request->head.nlmsg_type = (uint16_t)type;
  request->head.nlmsg_flags = (uint16_t)(NLM_F_REQUEST | flags);
  request->head.nlmsg_seq = 1;
}

void request_add(struct request* request, const void* data, size_t size) {
  const size_t start = NLMSG_ALIGN(request->head.nlmsg_len);
  memcpy((char*)request + start, data, size);
  request->head.nlmsg_len = (uint32_t)(start + size);
}

void request_attribute(struct request* request, int type, const void* data, size_t size) {
  const struct nlattr head = {.nla_len = (uint16_t)(kAttributeHead + size),
                              .nla_type = (uint16_t)type};
  request_add(request, &head, sizeof head);
  request_add(request, data, size);
}

// Visits one datagram of answers. 1 when more is to come, 0 at the end, or a negative errno.
static int visit_answers(char* bytes, size_t size, answer_visitor visit, void* context) {
  int more = 1;
  for (struct nlmsghdr* head = (struct nlmsghdr*)bytes; NLMSG_OK(head, size);
       head = NLMSG_NEXT(head, size)) {
    if (head->nlmsg_type == NLMSG_DONE) return 0;
    if (head->nlmsg_type == NLMSG_ERROR) return ((struct nlmsgerr*)NLMSG_DATA(head))->error;
    if (visit) visit(context, NLMSG_DATA(head), head->nlmsg_len - NLMSG_HDRLEN);
  }
  return more;
}

int netlink_ask(int protocol, struct request* request, answer_visitor visit, void* context) {
  static _Thread_local char answers[1 << 16] __attribute__((aligned(8)));
  const int channel = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);
  if (channel < 0) return -errno;
  // Without a dump only an acknowledgement says that the answer has ended.
  if (!(request->head.nlmsg_flags & NLM_F_DUMP)) request->head.nlmsg_flags |= NLM_F_ACK;
  int result = 1;
  if (send(channel, request, request->head.nlmsg_len, 0) < 0) result = -errno;
  while (result == 1) {
    const ssize_t size = recv(channel, answers, sizeof answers, 0);
    result = size < 0 ? -errno : visit_answers(answers, (size_t)size, visit, context);
  }
  close(channel);
  return result;
}

void each_attribute(const void* bytes, size_t size, attribute_visitor visit, void* context) {
  const char* at = bytes;
  while (size >= kAttributeHead) {
    struct nlattr head;
    memcpy(&head, at, sizeof head);
    if (head.nla_len < kAttributeHead || head.nla_len > size) return;
    visit(context, head.nla_type & NLA_TYPE_MASK, at + kAttributeHead,
          head.nla_len - kAttributeHead);
    const size_t step = aligned(head.nla_len);
    if (step >= size) return;
    at += step;
    size -= step;
  }
}

static void take_number(void* context, int type, const void* data, size_t size) {
  uint16_t number = 0;
  if (type != CTRL_ATTR_FAMILY_ID || size < sizeof number) return;
  memcpy(&number, data, sizeof number);
  *(int*)context = number;
}

static void visit_family(void* context, const void* body, size_t size) {
  if (size < kCommandHead) return;
  each_attribute((const char*)body + kCommandHead, size - kCommandHead, take_number, context);
}

int family_number(const char* name) {
  struct request request;
  const struct genlmsghdr command = {.cmd = CTRL_CMD_GETFAMILY, .version = 1};
  int number = -ENOENT;
  request_start(&request, GENL_ID_CTRL, 0);
  request_add(&request, &command, sizeof command);
  request_attribute(&request, CTRL_ATTR_FAMILY_NAME, name, strlen(name) + 1);
  const int result = netlink_ask(NETLINK_GENERIC, &request, visit_family, &number);
  return result < 0 ? result : number;
}
