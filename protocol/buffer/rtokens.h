// SPDX-License-Identifier: MIT
//
// What a link group knows of its peer's RMBs: the RToken of each, which is the pair of RKey and
// virtual address that CLC, CONFIRM RKEY or ADD LINK told, one per link (RFC 7609 §3.5.5.2,
// Linux: smc_rtoken_*). The same pair told twice is one RToken. A peer can make us remember a
// bounded number and no more.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "protocol/types.h"

namespace smclab {

/// The key and address by which a buffer is written on one link.
struct Rtoken {
  Rkey rkey;
  VirtualAddress address;
  bool operator==(const Rtoken&) const = default;
  template <class V>
  constexpr void members(V& v) const {
    v(rkey, address);
  }
};

/// Names one RMB of the peer in its group: 0…254.
using PeerRmb = Number<struct PeerRmbTag, std::uint8_t>;

class Rtokens {
 public:
  Rtokens() = default;
  explicit Rtokens(std::uint8_t limit) : limit_(limit) {}

  /// Remembers a token told for `link`, or finds it again; nothing if the limit is reached.
  std::optional<PeerRmb> add(LinkId link, const Rtoken& token);
  /// Remembers the token of a known RMB on one more link, in place of an earlier one.
  void add_link(PeerRmb rmb, LinkId link, const Rtoken& token);
  /// The token of an RMB on `link`.
  [[nodiscard]] std::optional<Rtoken> find(PeerRmb rmb, LinkId link) const noexcept;
  /// The RMB that `rkey` names on `link`.
  [[nodiscard]] std::optional<PeerRmb> find(LinkId link, Rkey rkey) const noexcept;
  /// Forgets the RMB that `rkey` names on `link`, on all links; false if there is none.
  bool erase(LinkId link, Rkey rkey);
  /// Forgets all tokens of a link that is gone.
  void erase_link(LinkId link);
  /// How many RMBs are known.
  [[nodiscard]] std::size_t size() const noexcept;
  [[nodiscard]] bool full() const noexcept { return size() >= limit_; }

  bool operator==(const Rtokens&) const = default;
  template <class V>
  constexpr void members(V& v) const {
    v(entries_, limit_);
  }

 private:
  struct Entry {
    PeerRmb rmb;
    LinkId link;
    Rtoken token;
    bool operator==(const Entry&) const = default;
    template <class V>
    constexpr void members(V& v) const {
      v(rmb, link, token);
    }
  };
  std::vector<Entry> entries_;  // sorted by RMB
  std::uint8_t limit_ = 255;
};

}  // namespace smclab
