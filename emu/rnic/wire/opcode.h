// SPDX-License-Identifier: MIT
//
// The opcodes of the base transport header as one table: what each packet is, which headers
// follow and whether it carries payload (InfiniBand 9.2.1, table 38). Every decision about an
// opcode is a look-up here, so an opcode that is not in the table is dropped before anything
// else is believed.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace smclab::roce {

enum class Opcode : std::uint8_t {
  SendFirst = 0x00,
  SendMiddle = 0x01,
  SendLast = 0x02,
  SendLastImmediate = 0x03,
  SendOnly = 0x04,
  SendOnlyImmediate = 0x05,
  WriteFirst = 0x06,
  WriteMiddle = 0x07,
  WriteLast = 0x08,
  WriteLastImmediate = 0x09,
  WriteOnly = 0x0A,
  WriteOnlyImmediate = 0x0B,
  ReadRequest = 0x0C,
  ReadResponseFirst = 0x0D,
  ReadResponseMiddle = 0x0E,
  ReadResponseLast = 0x0F,
  ReadResponseOnly = 0x10,
  Acknowledge = 0x11,
  AtomicAcknowledge = 0x12,
  CompareSwap = 0x13,
  FetchAdd = 0x14,
  SendLastInvalidate = 0x16,
  SendOnlyInvalidate = 0x17,
  AtomicWrite = 0x1D,
  UdSendOnly = 0x64,
  UdSendOnlyImmediate = 0x65,
  CongestionNotification = 0x81,
};

enum class Service : std::uint8_t {
  ReliableConnection,
  UnreliableDatagram,
  Any,  ///< congestion notifications reach queue pairs of every kind
};

/// What a packet asks for or answers.
enum class Kind : std::uint8_t {
  Send,
  Write,
  ReadRequest,
  Atomic,  ///< compare and swap, fetch and add
  AtomicWrite,
  ReadResponse,
  Acknowledge,  ///< of any request, positive or negative
  Notification,
};

/// Where in its message a packet stands.
enum class Part : std::uint8_t { First, Middle, Last, Only };

/// The headers behind the BTH, in the order in which they follow it.
struct Extensions {
  bool deth = false;
  bool reth = false;
  bool atomic = false;
  bool immediate = false;
  bool aeth = false;
  bool atomic_ack = false;
  bool ieth = false;
  bool operator==(const Extensions&) const = default;
};

struct OpcodeInfo {
  Opcode opcode;
  std::string_view name;
  Kind kind;
  Part part;
  Extensions extensions{};

  [[nodiscard]] constexpr Service service() const noexcept {
    if (kind == Kind::Notification) return Service::Any;
    return extensions.deth ? Service::UnreliableDatagram : Service::ReliableConnection;
  }
  [[nodiscard]] constexpr bool begins() const noexcept {
    return part == Part::First || part == Part::Only;
  }
  [[nodiscard]] constexpr bool ends() const noexcept {
    return part == Part::Last || part == Part::Only;
  }
  /// Whether bytes may follow the headers.
  [[nodiscard]] constexpr bool carries_payload() const noexcept {
    return kind == Kind::Send || kind == Kind::Write || kind == Kind::ReadResponse ||
           kind == Kind::AtomicWrite || kind == Kind::Notification;
  }
  /// Whether it answers a request, so that the requester's half of a queue pair handles it.
  [[nodiscard]] constexpr bool answers() const noexcept {
    return kind == Kind::ReadResponse || kind == Kind::Acknowledge;
  }
};

inline constexpr auto kOpcodes = [] {
  using enum Kind;
  using enum Part;
  constexpr Extensions reth{.reth = true};
  constexpr Extensions immediate{.immediate = true};
  constexpr Extensions reth_immediate{.reth = true, .immediate = true};
  constexpr Extensions aeth{.aeth = true};
  constexpr Extensions atomic{.atomic = true};
  constexpr Extensions atomic_ack{.aeth = true, .atomic_ack = true};
  constexpr Extensions ieth{.ieth = true};
  constexpr Extensions deth{.deth = true};
  constexpr Extensions deth_immediate{.deth = true, .immediate = true};
  using Row = OpcodeInfo;
  return std::to_array({
      Row{Opcode::SendFirst, "RC SEND First", Send, First},
      Row{Opcode::SendMiddle, "RC SEND Middle", Send, Middle},
      Row{Opcode::SendLast, "RC SEND Last", Send, Last},
      Row{Opcode::SendLastImmediate, "RC SEND Last with Immediate", Send, Last, immediate},
      Row{Opcode::SendOnly, "RC SEND Only", Send, Only},
      Row{Opcode::SendOnlyImmediate, "RC SEND Only with Immediate", Send, Only, immediate},
      Row{Opcode::WriteFirst, "RC RDMA WRITE First", Write, First, reth},
      Row{Opcode::WriteMiddle, "RC RDMA WRITE Middle", Write, Middle},
      Row{Opcode::WriteLast, "RC RDMA WRITE Last", Write, Last},
      Row{Opcode::WriteLastImmediate, "RC RDMA WRITE Last with Immediate", Write, Last, immediate},
      Row{Opcode::WriteOnly, "RC RDMA WRITE Only", Write, Only, reth},
      Row{Opcode::WriteOnlyImmediate, "RC RDMA WRITE Only with Immediate", Write, Only,
          reth_immediate},
      Row{Opcode::ReadRequest, "RC RDMA READ Request", ReadRequest, Only, reth},
      Row{Opcode::ReadResponseFirst, "RC RDMA READ response First", ReadResponse, First, aeth},
      Row{Opcode::ReadResponseMiddle, "RC RDMA READ response Middle", ReadResponse, Middle},
      Row{Opcode::ReadResponseLast, "RC RDMA READ response Last", ReadResponse, Last, aeth},
      Row{Opcode::ReadResponseOnly, "RC RDMA READ response Only", ReadResponse, Only, aeth},
      Row{Opcode::Acknowledge, "RC Acknowledge", Acknowledge, Only, aeth},
      Row{Opcode::AtomicAcknowledge, "RC ATOMIC Acknowledge", Acknowledge, Only, atomic_ack},
      Row{Opcode::CompareSwap, "RC CmpSwap", Atomic, Only, atomic},
      Row{Opcode::FetchAdd, "RC FetchAdd", Atomic, Only, atomic},
      Row{Opcode::SendLastInvalidate, "RC SEND Last with Invalidate", Send, Last, ieth},
      Row{Opcode::SendOnlyInvalidate, "RC SEND Only with Invalidate", Send, Only, ieth},
      Row{Opcode::AtomicWrite, "RC ATOMIC WRITE", AtomicWrite, Only, reth},
      Row{Opcode::UdSendOnly, "UD SEND Only", Send, Only, deth},
      Row{Opcode::UdSendOnlyImmediate, "UD SEND Only with Immediate", Send, Only, deth_immediate},
      Row{Opcode::CongestionNotification, "CNP", Notification, Only},
  });
}();

namespace detail {

inline constexpr std::uint8_t kNoOpcode = 0xFF;
inline constexpr std::array<std::uint8_t, 256> kOpcodePlaces = [] {
  std::array<std::uint8_t, 256> places{};
  places.fill(kNoOpcode);
  for (std::size_t i = 0; i < kOpcodes.size(); ++i) {
    places[static_cast<std::uint8_t>(kOpcodes[i].opcode)] = static_cast<std::uint8_t>(i);
  }
  return places;
}();

}  // namespace detail

/// The table's row for this byte, or null for an opcode that is unknown here. O(1).
[[nodiscard]] constexpr const OpcodeInfo* find_opcode(std::uint8_t byte) noexcept {
  const std::uint8_t place = detail::kOpcodePlaces[byte];
  return place == detail::kNoOpcode ? nullptr : &kOpcodes[place];
}

}  // namespace smclab::roce
