// SPDX-License-Identifier: MIT
//
// SHA-256 (libmd), for showing that a file arrived as it was sent.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>

namespace smclab::cli {

/// A digest in the making.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;
  void add(std::span<const std::byte> bytes);
  /// The digest of all that was added, as sha256sum prints it. Ends the object's use.
  [[nodiscard]] std::string hex();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

[[nodiscard]] std::string sha256_of(std::span<const std::byte> bytes);

}  // namespace smclab::cli
