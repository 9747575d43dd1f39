// SPDX-License-Identifier: MIT
//
// All buffers of a host, by link group. A connection takes a send buffer and an RMB; both come
// from the group's free ones of the wanted size, or are made and registered first, which takes
// some inputs. If memory is denied the next smaller class is tried (Linux: __smc_buf_create).
//
// A buffer in use has a key on every open link of its group, because a connection may have to move
// to any of them (RFC 7609 §4.6, Linux: smcr_lgr_reg_rmbs).
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "protocol/buffer/buffer.h"
#include "protocol/input.h"
#include "protocol/limits.h"
#include "protocol/slots.h"
#include "protocol/turn.h"

namespace smclab {

enum class BufferInput : std::uint8_t;   // buffer_machine.h
enum class BufferEffect : std::uint8_t;  // buffer_machine.h

/// What a connection needs.
struct Wanted {
  GroupId group;
  action::BufferKind kind = action::BufferKind::Rmb;
  std::uint8_t size_code = 0;
};

/// How far a buffer is for the one who took it.
enum class Progress : std::uint8_t {
  Waits,   ///< for the driver
  Ready,   ///< in use: memory is there, zeroed, and has a key on every open link
  Denied,  ///< no memory or no registration: the buffer is gone
  Stale,   ///< the answer concerns nobody who waits
};

class Pool {
 public:
  Pool() = default;
  Pool(const Limits& limits, const Widths& widths)
      : rmbs_per_group_(limits.rmbs_per_group), widths_(widths) {}

  /// The group has one more link with a queue pair: buffers in use get a key there. Emits
  /// RegisterBuffer; has_keys() tells when all answers have come.
  void open_link(Turn& turn, GroupId group, LinkId link);
  /// The link can carry nothing any more. A buffer that waited for a key there only is ready now,
  /// which is signalled by BufferReady.
  void close_link(Turn& turn, GroupId group, LinkId link);
  /// Whether all buffers in use have a key on `link`.
  [[nodiscard]] bool has_keys(GroupId group, LinkId link) const noexcept;

  /// A buffer for a new connection, ready if find(id) says InUse; else answers follow. Nothing
  /// if the group has as many RMBs as it may have. Emits MakeBuffer or RegisterBuffer.
  std::optional<BufferId> take(Turn& turn, const Wanted& wanted);

  /// The driver's answers. Emit MakeBuffer (smaller), RegisterBuffer or ReleaseBuffer.
  Progress handle_made(Turn& turn, const input::BufferMade& made);
  Progress handle_registered(Turn& turn, const input::BufferRegistered& registered);

  /// CONFIRM RKEY told the peer the keys of this RMB, so DELETE RKEY will be owed.
  void mark_announced(BufferId id);

  /// The owner needs it no more. `peer_writes`: the peer was told of it and has not said that it
  /// writes no more. True if DELETE RKEY is to be sent, whose end handle_revoked() is told.
  [[nodiscard]] bool release(Turn& turn, BufferId id, bool peer_writes);
  /// DELETE RKEY of this RMB was answered (`ok`), refused, or timed out. A stale id is no error.
  void handle_revoked(Turn& turn, BufferId id, bool ok);

  /// The queue pairs of the group are gone. Frees all that has no owner, the rest upon release().
  void end_group(Turn& turn, GroupId group);
  /// Nobody will ask for keys of this link any more.
  void forget_link(GroupId group, LinkId link);

  [[nodiscard]] const Buffer* find(BufferId id) const noexcept { return buffers_.find(id); }
  [[nodiscard]] const Buffer& at(BufferId id) const noexcept { return buffers_.at(id); }
  [[nodiscard]] std::uint32_t size_of(BufferId id) const noexcept;
  [[nodiscard]] const Slots<Buffer, BufferId>& all() const noexcept { return buffers_; }
  /// The RMBs that a group has, in any state.
  [[nodiscard]] std::uint32_t rmbs(GroupId group) const noexcept;

  bool operator==(const Pool&) const = default;
  template <class V>
  constexpr void members(V& v) const {
    v(buffers_, shelves_);
  }

 private:
  struct Shelf {
    GroupId group;
    std::vector<LinkId> links;      // open ones
    std::vector<BufferId> buffers;  // of the group, in the order they were made
    bool operator==(const Shelf&) const = default;
    template <class V>
    constexpr void members(V& v) const {
      v(group, links, buffers);
    }
  };

  Shelf& shelf(GroupId group);
  [[nodiscard]] const Shelf* find_shelf(GroupId group) const noexcept;
  [[nodiscard]] std::optional<BufferId> find_free(const Wanted& wanted) const;
  // The first open link on which the buffer has no key.
  [[nodiscard]] std::optional<LinkId> find_keyless(const Buffer& buffer) const noexcept;
  void feed(Turn& turn, BufferId id, BufferInput input);
  void carry_out(Turn& turn, BufferId id, BufferEffect effect);

  Slots<Buffer, BufferId> buffers_;
  std::vector<Shelf> shelves_;  // by GroupId::index
  std::uint8_t rmbs_per_group_ = 255;
  Widths widths_;
};

}  // namespace smclab
