// SPDX-License-Identifier: MIT
//
// Names of the attributes in SMC's generic netlink answers, as <linux/smc.h> numbers them, and a
// printer that makes JSON of an answer by such a table.
#pragma once

#include <stddef.h>

enum attribute_kind { kNumber, kText, kNested };

/// A table ends with a row without a name.
struct attribute {
  int type;
  const char* name;
  enum attribute_kind kind;
  const struct attribute* inside;
};

extern const struct attribute kGeneral[];  ///< SMC_GEN_NETLINK: everything that is shown
extern const struct attribute kUeid[];
extern const struct attribute kPnet[];

/// Prints one JSON object; what the table does not name is left out.
void print_attributes(const struct attribute* names, const void* bytes, size_t size);
