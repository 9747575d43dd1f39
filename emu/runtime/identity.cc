// SPDX-License-Identifier: MIT
#include "emu/runtime/identity.h"

#include <algorithm>
#include <random>

namespace smclab::runtime {

input::Entropy entropy_of_the_system() {
  std::random_device source;
  input::Entropy entropy;
  for (std::uint64_t& word : entropy.words) {
    word = std::uint64_t{source()} << 32 | source();
  }
  return entropy;
}

PeerId new_peer_id(const Mac& mac) {
  PeerId id;
  const unsigned instance = std::random_device{}();
  id.bytes[0] = static_cast<std::byte>(instance >> 8 & 0xFF);
  id.bytes[1] = static_cast<std::byte>(instance & 0xFF);
  std::copy(mac.bytes.begin(), mac.bytes.end(), id.bytes.begin() + 2);
  return id;
}

}  // namespace smclab::runtime
