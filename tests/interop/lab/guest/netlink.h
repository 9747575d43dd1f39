// SPDX-License-Identifier: MIT
//
// Netlink in few words: a request with attributes, and its answers one by one.
#pragma once

#include <linux/netlink.h>
#include <stddef.h>
#include <stdint.h>

struct request {
  struct nlmsghdr head;
  char body[1024];
};

/// Called with each answer: its bytes behind struct nlmsghdr, and how many.
typedef void (*answer_visitor)(void* context, const void* body, size_t size);
/// Called with each attribute of a list; the type without its flags.
typedef void (*attribute_visitor)(void* context, int type, const void* data, size_t size);

/// An empty request of a type, with a first structure behind the header.
void request_start(struct request* request, int type, int flags);
void request_add(struct request* request, const void* data, size_t size);
void request_attribute(struct request* request, int type, const void* data, size_t size);

/// Opens a socket of the protocol, sends, visits the answers. 0, or a negative errno.
int netlink_ask(int protocol, struct request* request, answer_visitor visit, void* context);
/// Visits the attributes in `size` bytes.
void each_attribute(const void* bytes, size_t size, attribute_visitor visit, void* context);
/// Number of a generic netlink family, or a negative errno.
int family_number(const char* name);
