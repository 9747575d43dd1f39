// SPDX-License-Identifier: MIT
//
// Bytes are std::byte in the core and uint8_t in ns-3: the same memory by the other's name.
#ifndef SMCR_OCTETS_H
#define SMCR_OCTETS_H
#pragma once

#include <cstddef>
#include <cstdint>

namespace ns3 {

inline const uint8_t* Octets(const std::byte* bytes) {
  return static_cast<const uint8_t*>(static_cast<const void*>(bytes));
}
inline uint8_t* Octets(std::byte* bytes) {
  return static_cast<uint8_t*>(static_cast<void*>(bytes));
}

}  // namespace ns3

#endif  // SMCR_OCTETS_H
