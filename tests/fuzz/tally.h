// SPDX-License-Identifier: MIT
//
// Counts the bytes that a dissection tells: it must tell each byte of a message once.
#pragma once

#include "protocol/check.h"
#include "protocol/wire/dissect.h"

namespace smclab::fuzz {

class Tally final : public wire::FieldSink {
 public:
  void number(const wire::FieldPlace& place, wire::Form, std::uint64_t) override { see(place); }
  void bytes(const wire::FieldPlace& place, wire::Form, std::span<const std::byte>) override {
    see(place);
  }
  void constant(const wire::FieldPlace& place, std::uint64_t) override { see(place); }
  void reserved(const wire::FieldPlace& place) override { see(place); }
  /// How many bytes were told, without a gap from the first on.
  [[nodiscard]] std::size_t bytes() const noexcept { return end_; }

 private:
  void see(const wire::FieldPlace& place) {
    const bool continues = place.offset == end_;
    const bool same_bits = place.bit_count > 0 && place.offset + place.width == end_;
    SMCLAB_CHECK(continues || same_bits);
    end_ = place.offset + place.width;
  }
  std::size_t end_ = 0;
};

}  // namespace smclab::fuzz
