// SPDX-License-Identifier: MIT
//
// One RNIC and how a host uses it: for each link a protection domain, two completion queues, a
// queue pair and a piece of memory for its messages (Linux: smc_ib.c, smc_wr.c). It turns the
// core's RNIC actions into verbs, and completions into what the core is told.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "emu/stack/input.h"
#include "emu/stack/memory.h"
#include "emu/stack/nic.h"
#include "emu/stack/output.h"
#include "emu/stack/parameters.h"
#include "protocol/action.h"
#include "protocol/slots.h"
#include "protocol/timers.h"

namespace smclab::stack {

/// A buffer of the host as one link's queue pair sees it.
struct Registration {
  rnic::MrId region;
  Rkey key;
};

/// What a buffer is registered as.
struct Region {
  rnic::MemorySlice memory;  ///< all of it
  VirtualAddress address;
  action::BufferKind kind = action::BufferKind::Rmb;
};

/// What one call of an Adapter works with: the time, the host's memory, and where answers for the
/// core and records go. Nobody keeps it.
struct Shift {
  Instant now;
  Memory& memory;
  std::vector<smclab::Input>& answers;
  Outputs& out;
};

class Adapter {
 public:
  struct Setup {
    DeviceId device;
    rnic::RnicConfig rnic;
    RnicParameters parameters;
    std::uint8_t send_slots = 16;
    std::uint8_t receive_slots = 48;
    bool operator==(const Setup&) const = default;
  };
  /// With a device that is not null instead of the software RNIC.
  explicit Adapter(const Setup& setup, std::shared_ptr<ForeignNic> device = nullptr);

  // --- what the core asks ---
  /// Answers with QpMade.
  std::optional<rnic::QpId> make_queue_pair(Shift& shift, const action::MakeQp& make);
  void move_queue_pair(Shift& shift, rnic::QpId qp, const action::MoveQp& move);
  void destroy_queue_pair(Shift& shift, rnic::QpId qp);
  std::optional<Registration> register_buffer(Shift& shift, rnic::QpId qp, const Region& region);
  void deregister(Shift& shift, rnic::MrId region);
  /// Sends a message, or answers that it was not posted. Requests of `kForged` are not answered.
  void post_send(Shift& shift, rnic::QpId qp, RequestId request, std::span<const std::byte> bytes);
  void post_write(Shift& shift, rnic::QpId qp, const rnic::SendRequest& write);
  static constexpr RequestId kForged = UINT64_MAX;

  // --- what happens ---
  void seed(Shift& shift, const input::Entropy& entropy);
  void set_port(Shift& shift, bool up);
  void receive(Shift& shift, const rnic::ReceivedFrame& frame);
  void fail_queue_pairs(Shift& shift);
  void tick(Shift& shift);
  /// From now on polls wait at least until then.
  void stall(Instant until) noexcept { stalled_until_ = until; }

  /// A completion the core is to be told of. The bytes of a message lie in a receive slot, which
  /// give_back() posts again.
  struct Polled {
    smclab::Input input;
    std::optional<rnic::WorkId> slot{};
    rnic::QpId qp{};
  };
  /// The next one of those whose time has come.
  std::optional<Polled> poll(Shift& shift);
  void give_back(Shift& shift, const Polled& polled);

  // --- the wire ---
  void transmit(Instant now, const rnic::Budget& budget, rnic::OutgoingFrames& frames) {
    rnic_.transmit(now, budget, frames);
  }
  [[nodiscard]] const Nic& rnic() const noexcept { return rnic_; }
  [[nodiscard]] std::optional<Instant> deadline() const noexcept;
  [[nodiscard]] std::uint32_t queue_pairs() const noexcept { return queues_.size(); }
  [[nodiscard]] std::uint32_t regions() const noexcept { return regions_.size(); }

  bool operator==(const Adapter&) const = default;
  template <class V>
  void members(V& v) const {
    v(rnic_.digest(), queues_, regions_, polls_, stalled_until_);
  }

 private:
  // What belongs to one link. Its completion queues are 2i (sends) and 2i + 1 (receives), i being
  // the queue pair's index.
  struct Queues {
    LinkId link;
    std::uint32_t receive_size = 0;  // of a receive slot
    rnic::MemoryId messages{};       // send slots, the last one a long one; then receive slots
    rnic::MrId region{};
    Rkey key{};
    VirtualAddress address{};
    std::vector<RequestId> sends{};  // by send slot; 0: free
    bool operator==(const Queues&) const = default;
    template <class V>
    constexpr void members(V& v) const {
      v(link, receive_size, messages, region, key, address, sends);
    }
  };
  /// What a region lets the RNIC do with which memory.
  struct Grant {
    rnic::MemoryId memory{};
    bool writable = false;
    bool operator==(const Grant&) const = default;
    template <class V>
    constexpr void members(V& v) const {
      v(memory, writable);
    }
  };
  /// Outputs of the verb or frame in hand; a member to keep its memory.
  struct Scratch {
    rnic::Outputs outputs;
    bool operator==(const Scratch&) const { return true; }
  };

  rnic::output::VerbDone verb(Shift& shift, const rnic::Input& input);
  std::optional<Registration> grant(Shift& shift, const rnic::input::RegisterMr& region);
  bool succeeds(Shift& shift, const rnic::Input& input) {
    return verb(shift, input).status == rnic::VerbStatus::Success;
  }
  void absorb(Shift& shift, const rnic::Output& output, std::span<const std::byte> frame);
  void tell_async(Shift& shift, const rnic::output::AsyncEvent& event);
  void count_rnr(Shift& shift);
  bool build(Shift& shift, rnic::QpId qp);
  bool post_receive(Shift& shift, rnic::QpId qp, rnic::WorkId slot);
  std::optional<Polled> told(Shift& shift, const rnic::Completion& completion);
  /// Where a receive slot begins in the link's message memory; the one behind the last: its size.
  [[nodiscard]] std::uint32_t receive_offset(const Queues& queues,
                                             std::uint64_t slot) const noexcept;
  /// One message as long as the peer takes may be under way, as in Linux: it has the last slot.
  [[nodiscard]] static std::uint32_t longest_send(const Queues& queues) noexcept;

  Setup setup_;
  Nic rnic_;
  Slots<Queues, rnic::QpId> queues_;
  Slots<Grant, rnic::MrId> regions_;
  std::vector<std::uint16_t> writable_;  // by MemoryId: how many regions let the RNIC write there
  Timers<rnic::CqId> polls_;             // completion queues to look at
  rnic::CqId open_;                      // the one being emptied, if any
  Instant stalled_until_{};
  std::uint64_t next_address_ = 0x7E00'0000'0000;  // of message memory
  std::uint64_t rnr_sent_ = 0;
  std::uint64_t rnr_received_ = 0;
  Scratch scratch_;
};

}  // namespace smclab::stack
