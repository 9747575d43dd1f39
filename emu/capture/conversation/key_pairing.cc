// SPDX-License-Identifier: MIT
#include "emu/capture/conversation/key_pairing.h"

#include <algorithm>
#include <map>
#include <string>
#include <tuple>

namespace smclab::capture {
namespace {

constexpr std::array kOwners = {Role::Client, Role::Server};

/// The keys of a link that have no like yet.
class Unpaired {
 public:
  explicit Unpaired(const LinkTalk& link) : taken_(link.keys.size()), link_(link) {
    for (std::size_t i = 0; i < link.keys.size(); ++i) {
      const auto& [owner, key, said] = link.keys[i];
      places_[{owner, key.value, key.life}] = i;
    }
  }

  /// Nothing if nobody spoke of it on this link, or if it has a like already.
  std::optional<std::size_t> take(Role owner, const KeyLife& key) {
    const auto found = places_.find({owner, key.value, key.life});
    if (found == places_.end() || taken_[found->second]) return std::nullopt;
    taken_[found->second] = true;
    return found->second;
  }
  std::optional<std::size_t> take_first(Role owner) {
    for (std::size_t i = 0; i < taken_.size(); ++i) {
      if (taken_[i] || link_.keys[i].owner != owner) continue;
      taken_[i] = true;
      return i;
    }
    return std::nullopt;
  }

 private:
  std::map<std::tuple<Role, std::string, unsigned>, std::size_t> places_;
  std::vector<bool> taken_;
  const LinkTalk& link_;
};

}  // namespace

std::vector<KeyPair> pair_keys(const LinkPlace& a, const LinkPlace& b,
                               const std::vector<Pair>& connections) {
  std::vector<KeyPair> pairs;
  Unpaired of_a(a.link);
  Unpaired of_b(b.link);
  for (const Role owner : kOwners) {
    for (const auto& [in_a, in_b] : connections) {
      const ConnectionTalk& one = a.talk.connections[in_a];
      const ConnectionTalk& another = b.talk.connections[in_b];
      const auto& key_a = one.keys[index_of(owner)];
      const auto& key_b = another.keys[index_of(owner)];
      if (one.group != a.group || another.group != b.group || !key_a || !key_b) continue;
      const KeyPair pair{of_a.take(owner, *key_a), of_b.take(owner, *key_b)};
      if (pair.a || pair.b) pairs.push_back(pair);
    }
    for (;;) {
      const KeyPair pair{of_a.take_first(owner), of_b.take_first(owner)};
      if (!pair.a && !pair.b) break;
      pairs.push_back(pair);
    }
  }
  return pairs;
}

}  // namespace smclab::capture
