// SPDX-License-Identifier: MIT
//
// The RNIC of a host, whoever it is: the software one, or a device outside this program that
// honours the same contract (rnic.h), as libibverbs does. A driver works on a Nic and sees no
// difference.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <variant>

#include "emu/rnic/rnic.h"

namespace smclab::stack {

/// An RNIC outside this program. It moves frames and bytes itself: nothing is pulled from it, and
/// it gives no rnic::output::Place. Of what is no verb only a Tick means anything to it; entropy,
/// frames and port states give no output.
class ForeignNic {
 public:
  ForeignNic() = default;
  ForeignNic(const ForeignNic&) = delete;
  ForeignNic& operator=(const ForeignNic&) = delete;
  virtual ~ForeignNic() = default;

  /// As Rnic::handle(). A Tick gives the events that came since the last one.
  virtual void handle(Instant now, const rnic::Input& input, rnic::Outputs& out) = 0;
  [[nodiscard]] virtual std::size_t poll(rnic::CqId cq, std::span<rnic::Completion> out) = 0;
  /// Whether events wait for a Tick.
  [[nodiscard]] virtual bool has_events() const noexcept = 0;
  /// What the device counted, as far as it says: 0 where counts() denies it.
  [[nodiscard]] virtual const rnic::Counters& counters() const noexcept = 0;
  [[nodiscard]] virtual bool counts(rnic::Counters::Which which) const noexcept = 0;
};

/// A value with the software RNIC in it, whose copies have futures of their own. With a device it
/// is a name: copies mean the same device, and only the same device is equal.
class Nic {
 public:
  explicit Nic(const rnic::RnicConfig& config) : nic_(std::in_place_type<rnic::Rnic>, config) {}
  explicit Nic(std::shared_ptr<ForeignNic> device) : nic_(std::move(device)) {}

  void handle(Instant now, const rnic::Input& input, rnic::Outputs& out) {
    if (rnic::Rnic* own = software()) return own->handle(now, input, out);
    device().handle(now, input, out);
  }
  [[nodiscard]] std::size_t poll(rnic::CqId cq, std::span<rnic::Completion> out) {
    if (rnic::Rnic* own = software()) return own->poll(cq, out);
    return device().poll(cq, out);
  }
  void transmit(Instant now, const rnic::Budget& budget, rnic::OutgoingFrames& out) {
    if (rnic::Rnic* own = software()) own->transmit(now, budget, out);
  }
  [[nodiscard]] std::optional<Instant> next_transmit() const noexcept {
    const rnic::Rnic* own = software();
    return own == nullptr ? std::nullopt : own->next_transmit();
  }
  /// When a Tick is wanted; the clock's minimum means now.
  [[nodiscard]] std::optional<Instant> deadline() const noexcept {
    if (const rnic::Rnic* own = software()) return own->deadline();
    return device().has_events() ? std::optional(Instant::min()) : std::nullopt;
  }
  [[nodiscard]] const rnic::Counters& counters() const noexcept {
    const rnic::Rnic* own = software();
    return own == nullptr ? device().counters() : own->counters();
  }
  /// Whether this counter means anything.
  [[nodiscard]] bool counts(rnic::Counters::Which which) const noexcept {
    return software() != nullptr || device().counts(which);
  }
  /// A device has none: 0.
  [[nodiscard]] std::uint64_t digest() const {
    const rnic::Rnic* own = software();
    return own == nullptr ? 0 : own->digest();
  }
  bool operator==(const Nic&) const = default;

 private:
  [[nodiscard]] rnic::Rnic* software() noexcept { return std::get_if<rnic::Rnic>(&nic_); }
  [[nodiscard]] const rnic::Rnic* software() const noexcept {
    return std::get_if<rnic::Rnic>(&nic_);
  }
  [[nodiscard]] ForeignNic& device() const noexcept {
    return **std::get_if<std::shared_ptr<ForeignNic>>(&nic_);
  }

  std::variant<rnic::Rnic, std::shared_ptr<ForeignNic>> nic_;
};

}  // namespace smclab::stack
