// SPDX-License-Identifier: MIT
//
// Any bytes as a CLC message: header and whole are refused with a field and an offset inside the
// input, or give a message that survives encoding and decoding, reads as text and is judged.
#include "protocol/wire/clc.h"

#include <array>

#include "protocol/check.h"
#include "protocol/wire/dissect.h"
#include "protocol/wire/encode.h"
#include "protocol/wire/tcp_option.h"
#include "tests/fuzz/tally.h"
#include "tests/fuzz/target.h"

namespace smclab::wire {
namespace {

void attack(std::span<const std::byte> bytes) {
  const auto option = find_smcr_option(bytes);
  SMCLAB_CHECK(option.empty() || option.size() >= SmcrOption::kSize);
  const auto header = peek_clc(bytes);
  const auto message = decode_clc(bytes);
  if (!message) {
    SMCLAB_CHECK(!message.error().field.empty() && message.error().offset <= bytes.size());
    return;
  }
  SMCLAB_CHECK(header && header->length == bytes.size());
  std::array<std::byte, kLargestClc> again;
  SMCLAB_CHECK(encode(*message, again) == bytes.size());
  SMCLAB_CHECK(decode_clc(std::span(again).first(bytes.size())) == message);
  fuzz::Tally tally;
  dissect(*message, bytes.size(), tally);
  SMCLAB_CHECK(tally.bytes() == bytes.size());
  const auto wrong = validate(*message);
  SMCLAB_CHECK(!wrong || wrong->offset < bytes.size());
}

}  // namespace
}  // namespace smclab::wire

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  smclab::wire::attack(smclab::fuzz::bytes_of(data, size));
  return 0;
}
