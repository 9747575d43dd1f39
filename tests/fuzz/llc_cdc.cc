// SPDX-License-Identifier: MIT
//
// Any bytes as they may arrive on an SMC-R queue pair, LLC or CDC: refused with a field and an
// offset inside the input, or a message that survives encoding and decoding and is judged.
#include <array>

#include "protocol/check.h"
#include "protocol/limits.h"
#include "protocol/wire/cdc.h"
#include "protocol/wire/decode.h"
#include "protocol/wire/encode.h"
#include "protocol/wire/llc.h"
#include "tests/fuzz/tally.h"
#include "tests/fuzz/target.h"

namespace smclab::wire {
namespace {

template <class T, class Decode>
void attack(std::span<const std::byte> bytes, Decode decode_one) {
  const Result<T> message = decode_one(bytes);
  if (!message) {
    SMCLAB_CHECK(!message.error().field.empty() && message.error().offset <= bytes.size());
    return;
  }
  std::array<std::byte, kLargestMessage> again;
  SMCLAB_CHECK(encode(*message, again) == bytes.size());
  SMCLAB_CHECK(decode_one(std::span(again).first(bytes.size())) == message);
  fuzz::Tally tally;
  dissect(*message, bytes.size(), tally);
  SMCLAB_CHECK(tally.bytes() == bytes.size());
  if constexpr (std::is_same_v<T, LlcMessage>) {
    const auto wrong = validate(*message);
    SMCLAB_CHECK(!wrong || wrong->offset < bytes.size());
  }
}

void attack(std::span<const std::byte> bytes) {
  if (!bytes.empty() && class_of(bytes[0]) == MessageClass::Cdc) {
    attack<Cdc>(bytes, [](auto input) { return decode<Cdc>(input); });
  } else {
    attack<LlcMessage>(bytes, [](auto input) { return decode_llc(input); });
  }
}

}  // namespace
}  // namespace smclab::wire

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  smclab::wire::attack(smclab::fuzz::bytes_of(data, size));
  return 0;
}
