// SPDX-License-Identifier: MIT
#include "emu/capture/conversation/pairing.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <optional>
#include <set>

namespace smclab::capture {
namespace {

using Numbers = std::vector<std::size_t>;
using ByPort = std::map<std::optional<std::uint16_t>, Numbers>;

// Proposals that are sent at once come in any order; what follows from them begins with the answer.
std::uint64_t turn_of(const ConnectionTalk& connection) {
  for (const Said& said : connection.clc) {
    if (said.type != "proposal") return said.place.ordinal;
  }
  return ~std::uint64_t{0};
}

// All connections, as they were answered.
Numbers in_turn(const Conversation& talk) {
  Numbers numbers(talk.connections.size());
  std::iota(numbers.begin(), numbers.end(), std::size_t{0});
  std::stable_sort(numbers.begin(), numbers.end(), [&](std::size_t one, std::size_t another) {
    return turn_of(talk.connections[one]) < turn_of(talk.connections[another]);
  });
  return numbers;
}

ByPort by_port(const Conversation& talk) {
  ByPort found;
  for (const std::size_t i : in_turn(talk)) found[talk.connections[i].server_port].push_back(i);
  return found;
}

Numbers numbers_of(const Conversation& talk, bool with_handshake) {
  Numbers numbers;
  for (const std::size_t i : in_turn(talk)) {
    if (talk.connections[i].server_port.has_value() == with_handshake) numbers.push_back(i);
  }
  return numbers;
}

void zip(const Numbers& a, const Numbers& b, std::vector<Pair>& pairs) {
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) pairs.emplace_back(a[i], b[i]);
}

std::vector<Pair> pair_connections(const Conversation& a, const Conversation& b) {
  const ByPort ports_a = by_port(a);
  const ByPort ports_b = by_port(b);
  const bool alike =
      std::equal(ports_a.begin(), ports_a.end(), ports_b.begin(), ports_b.end(),
                 [](const auto& one, const auto& another) {
                   return one.first == another.first && one.second.size() == another.second.size();
                 });
  std::vector<Pair> pairs;
  if (alike) {
    for (const auto& [port, numbers] : ports_a) zip(numbers, ports_b.at(port), pairs);
  } else {
    for (const bool handshake : {true, false}) {
      zip(numbers_of(a, handshake), numbers_of(b, handshake), pairs);
    }
  }
  std::sort(pairs.begin(), pairs.end());
  return pairs;
}

/// Pairs groups one by one.
class Groups {
 public:
  explicit Groups(Pairing& pairing) : pairing_(&pairing) {}
  /// False if one of the two is paired with another one already.
  bool join(const Pair& fresh) {
    const auto known = pairing_->group_places.find(fresh.first);
    if (known != pairing_->group_places.end()) return pairing_->groups[known->second] == fresh;
    if (!taken_of_b_.insert(fresh.second).second) return false;
    pairing_->group_places.emplace(fresh.first, pairing_->groups.size());
    pairing_->groups.push_back(fresh);
    return true;
  }

 private:
  Pairing* pairing_;
  std::set<std::size_t> taken_of_b_;
};

Numbers unpaired(std::size_t count, const std::set<std::size_t>& paired) {
  Numbers numbers;
  for (std::size_t i = 0; i < count; ++i) {
    if (!paired.contains(i)) numbers.push_back(i);
  }
  return numbers;
}

// Groups that no connection uses: those of queue pairs that no handshake named.
void pair_unused(const Conversation& a, const Conversation& b, std::vector<Pair>& groups) {
  std::set<std::size_t> used_a;
  std::set<std::size_t> used_b;
  for (const auto& [in_a, in_b] : groups) {
    used_a.insert(in_a);
    used_b.insert(in_b);
  }
  zip(unpaired(a.groups.size(), used_a), unpaired(b.groups.size(), used_b), groups);
}

}  // namespace

Pairing pair_up(const Conversation& a, const Conversation& b) {
  Pairing pairing{.connections = pair_connections(a, b)};
  Groups groups(pairing);
  for (const Pair& pair : pairing.connections) {
    const auto& group_a = a.connections[pair.first].group;
    const auto& group_b = b.connections[pair.second].group;
    // Where only one has a group, its CLC says so better.
    if (!group_a || !group_b) continue;
    if (!groups.join({*group_a, *group_b})) pairing.misfits.push_back(pair);
  }
  pair_unused(a, b, pairing.groups);
  return pairing;
}

}  // namespace smclab::capture
