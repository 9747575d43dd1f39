// SPDX-License-Identifier: MIT
#include "emu/cli/tour/sha256.h"

#include <sha2.h>

#include <array>

namespace smclab::cli {

struct Sha256::State {
  SHA2_CTX context{};
};

Sha256::Sha256() : state_(std::make_unique<State>()) {
  SHA256Init(&state_->context);
}
Sha256::~Sha256() = default;

void Sha256::add(std::span<const std::byte> bytes) {
  // libmd wants unsigned characters; a byte may be looked at as one.
  SHA256Update(&state_->context,
               static_cast<const std::uint8_t*>(static_cast<const void*>(bytes.data())),
               bytes.size());
}

std::string Sha256::hex() {
  std::array<char, SHA256_DIGEST_STRING_LENGTH> text{};
  SHA256End(&state_->context, text.data());
  return text.data();
}

std::string sha256_of(std::span<const std::byte> bytes) {
  Sha256 digest;
  digest.add(bytes);
  return digest.hex();
}

}  // namespace smclab::cli
