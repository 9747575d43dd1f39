// SPDX-License-Identifier: MIT
//
// The life of a buffer as a table; pool.h carries it out. A buffer is free for the next
// connection only when it is zeroed and when the peer is known to write no more: it said so by
// closing, it forgot the key by DELETE RKEY, or its queue pair is gone (RFC 7609 §4.4).
#pragma once

#include <cstdint>
#include <string_view>

#include "protocol/buffer/buffer.h"
#include "protocol/machine/table.h"

namespace smclab {

enum class BufferInput : std::uint8_t {
  Made,
  Shrunk,      ///< denied, but a smaller class is left to try
  Denied,      ///< no memory, or no registration
  Registered,  ///< there is a key on every open link
  Taken,       ///< a connection gets it from the free ones
  Released,    ///< its owner needs it no more
  Revoked,     ///< the peer answered DELETE RKEY: it forgot the key
  NotRevoked,  ///< the peer did not, or refused
  GroupEnded,  ///< the queue pairs are gone: nobody can write any more
};
[[nodiscard]] constexpr std::string_view describe(BufferInput input) noexcept {
  switch (input) {
    case BufferInput::Made:
      return "made";
    case BufferInput::Shrunk:
      return "denied, smaller";
    case BufferInput::Denied:
      return "denied";
    case BufferInput::Registered:
      return "registered";
    case BufferInput::Taken:
      return "taken";
    case BufferInput::Released:
      return "released";
    case BufferInput::Revoked:
      return "revoked";
    case BufferInput::NotRevoked:
      return "not revoked";
    case BufferInput::GroupEnded:
      return "group ended";
  }
  return "?";
}

enum class BufferFact : std::uint8_t {
  GroupOver,   ///< the group ended while an owner still had the buffer
  PeerWrites,  ///< an RMB whose peer has not said that it writes no more (C or A)
  PeerKnows,   ///< an RMB that CONFIRM RKEY announced; DELETE RKEY is owed
  KeyMissing,  ///< not registered on every open link
};
[[nodiscard]] constexpr std::string_view describe(BufferFact fact) noexcept {
  switch (fact) {
    case BufferFact::GroupOver:
      return "group over";
    case BufferFact::PeerWrites:
      return "peer writes";
    case BufferFact::PeerKnows:
      return "peer knows";
    case BufferFact::KeyMissing:
      return "key missing";
  }
  return "?";
}

enum class BufferEffect : std::uint8_t { None, Make, Register, Revoke, Zero, Release };
[[nodiscard]] constexpr std::string_view describe(BufferEffect effect) noexcept {
  switch (effect) {
    case BufferEffect::None:
      return "None";
    case BufferEffect::Make:
      return "Make";
    case BufferEffect::Register:
      return "Register";
    case BufferEffect::Revoke:
      return "Revoke";
    case BufferEffect::Zero:
      return "Zero";
    case BufferEffect::Release:
      return "Release";
  }
  return "?";
}

inline constexpr auto kBufferMachine = [] {
  using enum BufferState;
  using enum BufferInput;
  using enum BufferFact;
  using enum BufferEffect;
  using machine::all_but;
  using machine::kIgnore;
  using machine::kStay;
  using machine::kViolation;
  using machine::no;
  return machine::Machine<BufferState, BufferInput, BufferFact, BufferEffect>::table(
      {.start = {Making}, .end = {Gone}},
      {
          {{Making}, {Made}, {}, Registering, Register},
          {{Making}, {Shrunk}, {}, kStay, Make},
          {{Making}, {Denied}, {}, Gone},
          {{Making, Registering}, {Released}, {}, Gone, Release},
          {{Registering}, {Denied}, {}, Gone, Release},
          {{Registering}, {Registered}, {}, InUse},
          {{InUse}, {Released}, {GroupOver}, Gone, Release},
          {{InUse}, {Released}, {no(GroupOver), PeerWrites}, Revoking, Revoke},
          {{InUse}, {Released}, {no(GroupOver), no(PeerWrites), PeerKnows}, Revoking, Revoke},
          {{InUse}, {Released}, {no(GroupOver), no(PeerWrites), no(PeerKnows)}, Free, Zero},
          {{Revoking}, {Revoked}, {}, Free, Zero},
          {{Revoking}, {NotRevoked}, {PeerWrites}, Withheld},
          {{Revoking}, {NotRevoked}, {no(PeerWrites)}, Free, Zero},
          {{Free}, {Taken}, {KeyMissing}, Registering, Register},
          {{Free}, {Taken}, {no(KeyMissing)}, InUse},
          {{Revoking, Withheld, Free}, {GroupEnded}, {}, Gone, Release},
          // An owner is told of the end of its group by others, and releases.
          {{Making, Registering, InUse}, {GroupEnded}, {}, kIgnore},
          // A key on a link that opened later, or its denial, concerns that link alone.
          {{InUse, Revoking, Withheld, Free}, {Registered, Denied}, {}, kIgnore},
          // What follows would be our bug, or a driver's.
          {{Making}, {Registered}, {}, kViolation},
          {all_but(Making), {Made, Shrunk}, {}, kViolation},
          {all_but(Free), {Taken}, {}, kViolation},
          {all_but(Revoking), {Revoked, NotRevoked}, {}, kViolation},
          {{Revoking, Withheld, Free, Gone}, {Released}, {}, kViolation},
          {{Gone}, {Denied, Registered, GroupEnded}, {}, kViolation},
      });
}();

}  // namespace smclab
