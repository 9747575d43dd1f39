// SPDX-License-Identifier: MIT
//
// What an Endpoint keeps of each TCP connection: first a handshake, then a connection over SMC-R;
// a connection that fell back or failed is forgotten at once. The driver names connections by
// places in a dense table, so finding one is an index and a comparison.
#pragma once

#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "protocol/connection/connection.h"
#include "protocol/handshake/client.h"
#include "protocol/handshake/server.h"
#include "protocol/types.h"

namespace smclab {

/// A connection whose handshake is not over.
struct Negotiation {
  std::variant<handshake::Client, handshake::Server> side;
  /// What CDCs brought that came before the handshake was over (RFC 7609 §3.5.2.4).
  std::optional<Connection> early;

  [[nodiscard]] handshake::Attempt& attempt() noexcept {
    return std::visit([](auto& s) -> handshake::Attempt& { return s.attempt(); }, side);
  }
  [[nodiscard]] const handshake::Attempt& attempt() const noexcept {
    return std::visit([](const auto& s) -> const handshake::Attempt& { return s.attempt(); }, side);
  }
  bool operator==(const Negotiation&) const = default;
  template <class V>
  constexpr void members(V& v) const {
    v(side, early);
  }
};

/// One place of the driver's table.
struct Life {
  std::uint32_t generation = 0;
  std::variant<std::monostate, Negotiation, Connection> now;

  [[nodiscard]] bool vacant() const noexcept { return std::holds_alternative<std::monostate>(now); }
  bool operator==(const Life&) const = default;
  template <class V>
  constexpr void members(V& v) const {
    v(generation, now);
  }
};

class Lives {
 public:
  /// The place of a living connection; null for a name that was never given or is stale.
  [[nodiscard]] Life* find(ConnId id) noexcept {
    if (id.index >= places_.size()) return nullptr;
    Life& life = places_[id.index];
    return life.generation == id.generation && !life.vacant() ? &life : nullptr;
  }
  template <class T>
  [[nodiscard]] T* find_as(ConnId id) noexcept {
    Life* life = find(id);
    return life != nullptr ? std::get_if<T>(&life->now) : nullptr;
  }
  /// Whether another connection lives in the place that `id` names.
  [[nodiscard]] bool taken(ConnId id) const noexcept {
    return id.index < places_.size() && !places_[id.index].vacant();
  }
  /// The place must be free.
  Life& add(ConnId id, const Negotiation& negotiation) {
    SMCLAB_CHECK(!taken(id));
    if (id.index >= places_.size()) places_.resize(id.index + std::size_t{1});
    places_[id.index] = {id.generation, negotiation};
    return places_[id.index];
  }
  void erase(ConnId id) {
    Life* life = find(id);
    SMCLAB_CHECK(life != nullptr);
    life->now = std::monostate{};
  }

  /// Calls visit(id, life) for each living connection by rising place.
  template <class Visit>
  void for_each(Visit&& visit) const {
    for (std::uint32_t i = 0; i < places_.size(); ++i) {
      const Life& life = places_[i];
      if (!life.vacant()) visit(ConnId{i, life.generation}, life);
    }
  }

  bool operator==(const Lives&) const = default;
  template <class V>
  constexpr void members(V& v) const {
    v(places_);
  }

 private:
  std::vector<Life> places_;
};

}  // namespace smclab
