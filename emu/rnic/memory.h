// SPDX-License-Identifier: MIT
//
// Memory as the RNIC sees it: names and ranges. The bytes belong to the driver, which resolves a
// MemoryId to an array of its own, or to none at all where memory is unbacked (lengths without
// bytes, in large worlds). The RNIC checks every access and never touches a byte.
#pragma once

#include <cstdint>

#include "protocol/types.h"

namespace smclab::rnic {

/// A piece of driver memory, named by the driver.
using MemoryId = Number<struct MemoryTag, std::uint32_t>;

/// A range of one piece of memory.
struct MemorySlice {
  MemoryId memory;
  std::uint64_t offset = 0;
  std::uint32_t length = 0;
  bool operator==(const MemorySlice&) const = default;
};

/// What a memory region allows, beside local reads which are always allowed.
struct Access {
  bool local_write = false;
  bool remote_write = false;  ///< needs local_write too (InfiniBand 10.6.3.1)
  bool remote_read = false;
  bool operator==(const Access&) const = default;
};

/// A local buffer of a work request: key, address and length as in verbs.
struct Sge {
  Rkey lkey;
  VirtualAddress address;
  std::uint32_t length = 0;
  bool operator==(const Sge&) const = default;
};

}  // namespace smclab::rnic
