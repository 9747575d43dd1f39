// SPDX-License-Identifier: MIT
//
// What decoding a peer's bytes gives: a value, or the field, the offset and the reason of the
// refusal. Outside the core such an error is an action (decline, drop the link, abort), never a
// C++ error.
#pragma once

#include <cstdint>
#include <string_view>

#include <tl/expected.hpp>

namespace smclab {

/// Why bytes are not the message they claim to be.
enum class Fault : std::uint8_t {
  Truncated,      ///< the input ends inside this field
  BadConstant,    ///< a field with one legal value (eye catcher, trailer, type) holds another
  BadLength,      ///< a length field disagrees with the bytes at hand
  BadCount,       ///< a count exceeds what the message may hold
  BadOffset,      ///< an offset points before the fields already read, or past the end
  BadValue,       ///< a value outside its range, found by validate()
  ReservedValue,  ///< an enumerated value reserved for later, found by validate(): in CLC the one
                  ///< fault that is answered by a Decline instead of a reset (RFC 7609 C.6)
  Trailing,       ///< bytes are left over behind the last field
  UnknownType,    ///< no message of this protocol has this type
};

/// The fault in words, for example "truncated". The text is static.
[[nodiscard]] constexpr std::string_view describe(Fault fault) noexcept {
  switch (fault) {
    case Fault::Truncated:
      return "truncated";
    case Fault::BadConstant:
      return "not the constant it must be";
    case Fault::BadLength:
      return "length disagrees with the bytes at hand";
    case Fault::BadCount:
      return "count out of range";
    case Fault::BadOffset:
      return "offset outside the message";
    case Fault::BadValue:
      return "value out of range";
    case Fault::ReservedValue:
      return "reserved value";
    case Fault::Trailing:
      return "bytes left over";
    case Fault::UnknownType:
      return "unknown type";
  }
  return "unknown fault";
}

/// The first thing found wrong with a message.
struct DecodeError {
  std::string_view field;    ///< name in the message's field list; static storage
  std::uint32_t offset = 0;  ///< of the field, in bytes from the start of the message
  Fault fault = Fault::Truncated;
  bool operator==(const DecodeError&) const = default;
};

template <class T>
using Result = tl::expected<T, DecodeError>;

}  // namespace smclab
