// SPDX-License-Identifier: MIT
//
// One message of a conversation, kept for comparison: its fields by name, each with the way in
// which it has to agree with its like in another conversation. Two runs of the same conversation
// have other keys, tokens, addresses and packet numbers; what they mean is the same.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "emu/capture/dissection/message.h"

namespace smclab::capture {

/// How a field of two like messages has to agree.
enum class Agreement : std::uint8_t {
  Equal,      ///< sizes, flags, counts, versions, reasons
  Nothing,    ///< arbitrary, and meant for this one place: PSN, token, address in memory
  Host,       ///< names something of a host: the same name always means the same thing
  QueuePair,  ///< likewise, on the RNIC that the message's GID names
  Link,       ///< likewise, in its link group
  Key,        ///< likewise, on the link that carries the message
  OtherKey,   ///< likewise, on the link whose number stands before it
};

/// By the field's name in the field lists of protocol/wire.
[[nodiscard]] Agreement agreement_of(std::string_view field) noexcept;

struct SaidField {
  std::string path;   ///< "mtu", "others[1].rkey"
  std::string value;  ///< as text: equal text is an equal value
  Agreement agreement = Agreement::Equal;
  bool zero = false;  ///< all bits: where this is a name, it names nothing
  unsigned life = 0;  ///< how often the name had been given back before
};

/// Where a message was, for the reader.
struct Place {
  Stamp at;
  std::uint64_t ordinal = 0;  ///< among the SMC-R messages of its capture
  std::string line;           ///< as `smclab decode` shows it
};

struct Said {
  Role sender = Role::Client;
  std::string_view type;
  bool response = false;
  std::vector<SaidField> fields;
  Place place;
};

/// Whether it is CONFIRM RKEY, its continuation, or DELETE RKEY.
[[nodiscard]] bool is_about_keys(const Said& said) noexcept;
/// Whose keys a message is about: the answers about keys repeat the asker's.
[[nodiscard]] Role owner_of_keys(const Said& said) noexcept;

/// Takes a message apart. Where it does not decode, its bytes are its one field.
[[nodiscard]] std::vector<SaidField> fields_of(const SmcMessage& message);

}  // namespace smclab::capture
