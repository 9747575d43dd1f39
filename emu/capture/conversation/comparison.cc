// SPDX-License-Identifier: MIT
#include "emu/capture/conversation/comparison.h"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <limits>
#include <set>
#include <span>
#include <string_view>
#include <utility>

#include "emu/capture/conversation/alignment.h"
#include "emu/capture/conversation/key_pairing.h"
#include "emu/capture/conversation/likeness.h"
#include "emu/capture/conversation/pairing.h"

namespace smclab::capture {
namespace {

constexpr std::array kRoles = {Role::Client, Role::Server};
constexpr std::size_t kAll = std::numeric_limits<std::size_t>::max();

std::string_view to_the_other(Role sender) {
  return sender == Role::Client ? "to the server" : "to the client";
}

std::string joined(std::initializer_list<std::string_view> parts) {
  std::string text;
  for (const std::string_view part : parts) text += part;
  return text;
}

/// Lays two conversations side by side and keeps the places where they part.
class Comparer {
 public:
  Comparer(const Conversation& a, const Conversation& b) : a_(a), b_(b), pairing_(pair_up(a, b)) {}

  Comparison run() {
    result_.connections = pairing_.connections.size();
    for (std::size_t i = 0; i < pairing_.connections.size(); ++i) {
      compare_connection(i, pairing_.connections[i]);
    }
    for (std::size_t i = 0; i < pairing_.groups.size(); ++i) compare_group(i, pairing_.groups[i]);
    compare_messages();
    for (const Pair& pair : pairing_.misfits) misfit(pair);
    left_over();
    note_what_is_beside();
    std::stable_sort(result_.differences.begin(), result_.differences.end(),
                     [](const Difference& one, const Difference& another) {
                       return ordinal_of(one) < ordinal_of(another);
                     });
    return std::move(result_);
  }

 private:
  void compare_connection(std::size_t number, const Pair& pair) {
    const ConnectionTalk& a = a_.connections[pair.first];
    const ConnectionTalk& b = b_.connections[pair.second];
    const std::string name = "connection " + std::to_string(number + 1);
    compare_lane({a.clc, b.clc}, name + ", CLC", {.group = group_number(a), .link = a.link});
    for (const Role sender : kRoles) {
      const std::size_t i = index_of(sender);
      compare_cdc({a.cdc[i], b.cdc[i]}, joined({name, ", CDC ", to_the_other(sender)}));
    }
    if (a.option != b.option) ++other_options_;
  }

  [[nodiscard]] std::size_t group_number(const ConnectionTalk& connection) const {
    // A connection without a group has no names that are good in one.
    const auto place = connection.group ? pairing_.group_places.find(*connection.group)
                                        : pairing_.group_places.end();
    return place != pairing_.group_places.end() ? place->second : pairing_.groups.size();
  }

  struct Lanes {
    std::span<const Said> a;
    std::span<const Said> b;
  };
  void compare_lane(const Lanes& lanes, const std::string& where, const Bounds& bounds) {
    for (const Meeting& meeting : align(lanes.a, lanes.b)) {
      if (meeting.a && meeting.b) {
        pairs_.push_back({&lanes.a[*meeting.a], &lanes.b[*meeting.b], where, bounds});
      } else {
        keep(alone(lanes, meeting, where));
      }
    }
  }

  // In the order in which things were said, so that a name is learned where it was given.
  void compare_messages() {
    std::stable_sort(
        pairs_.begin(), pairs_.end(),
        [](const SaidPair& one, const SaidPair& another) { return one.when() < another.when(); });
    for (const SaidPair& pair : pairs_) {
      for (std::string& what : unlike(*pair.a, *pair.b, pair.bounds, names_)) {
        keep({pair.where, std::move(what), pair.a->place, pair.b->place});
      }
    }
  }

  // A message that has no like.
  static Difference alone(const Lanes& lanes, const Meeting& meeting, const std::string& where) {
    const bool in_a = meeting.a.has_value();
    const Said& more = in_a ? lanes.a[*meeting.a] : lanes.b[*meeting.b];
    Difference difference{.where = where,
                          .what = std::string(more.type) + (more.response ? " response" : "") +
                                  (in_a ? " is in A only" : " is in B only")};
    (in_a ? difference.a : difference.b) = more.place;
    return difference;
  }

  struct CdcLanes {
    const CdcLane& a;
    const CdcLane& b;
  };
  void compare_cdc(const CdcLanes& lanes, const std::string& where) {
    const auto& a = lanes.a.changes();
    const auto& b = lanes.b.changes();
    const auto place = [](const CdcLane& lane, std::size_t i) -> std::optional<Place> {
      if (i < lane.changes().size()) return lane.changes()[i].place;
      if (lane.messages() > 0) return lane.last();
      return std::nullopt;
    };
    for (std::size_t i = 0; i < std::max(a.size(), b.size()); ++i) {
      const std::string flags_a = i < a.size() ? a[i].flags : "no change";
      const std::string flags_b = i < b.size() ? b[i].flags : "no change";
      if (flags_a == flags_b) continue;
      return keep({where, joined({"flags become: ", flags_a, " in A, ", flags_b, " in B"}),
                   place(lanes.a, i), place(lanes.b, i)});
    }
    compare_distance({lanes.a.produced(), lanes.b.produced()}, lanes, where + ", produced");
    compare_distance({lanes.a.consumed(), lanes.b.consumed()}, lanes, where + ", consumed");
    if (lanes.a.blocked() != lanes.b.blocked()) ++other_pace_;
  }

  struct Distances {
    const Distance& a;
    const Distance& b;
  };
  void compare_distance(const Distances& distances, const CdcLanes& lanes,
                        const std::string& where) {
    const auto text = [](const Distance& distance) {
      const std::string cursor = "cursor " + std::to_string(distance.last.wrap) + ":" +
                                 std::to_string(distance.last.offset);
      return distance.bytes ? std::to_string(*distance.bytes) + " bytes, " + cursor : cursor;
    };
    const std::string a = text(distances.a);
    const std::string b = text(distances.b);
    if (a == b) return;
    Difference difference{.where = where, .what = a + " in A; " + b + " in B"};
    if (lanes.a.messages() > 0) difference.a = lanes.a.last();
    if (lanes.b.messages() > 0) difference.b = lanes.b.last();
    keep(std::move(difference));
  }

  struct LinkName {
    std::string text;
    Bounds bounds;
  };
  void compare_group(std::size_t number, const Pair& pair) {
    const auto& a = a_.groups[pair.first].links;
    const auto& b = b_.groups[pair.second].links;
    const LinkTalk nothing;
    result_.links += std::min(a.size(), b.size());
    for (std::size_t i = 0; i < std::max(a.size(), b.size()); ++i) {
      const LinkTalk& link_a = i < a.size() ? a[i] : nothing;
      const LinkTalk& link_b = i < b.size() ? b[i] : nothing;
      compare_link(
          {a_, pair.first, link_a}, {b_, pair.second, link_b},
          {.text = "link group " + std::to_string(number + 1) + ", link " + std::to_string(i + 1),
           .bounds = {.group = number, .link = i}});
    }
  }

  // How often a link is tested is pace: what counts is whether, and that it answers.
  void compare_link(const LinkPlace& a, const LinkPlace& b, const LinkName& name) {
    static const Exchange kNothing;
    compare_exchange({a.link.links, b.link.links}, name);
    compare_exchange({a.link.tests, b.link.tests}, name, 1);
    if (tests_in(a.link) != tests_in(b.link)) ++other_tests_;
    for (const KeyPair& key : pair_keys(a, b, pairing_.connections)) {
      compare_exchange({key.a ? a.link.keys[*key.a].said : kNothing,
                        key.b ? b.link.keys[*key.b].said : kNothing},
                       name);
    }
  }

  static std::size_t tests_in(const LinkTalk& link) {
    return link.tests.requests[0].size() + link.tests.requests[1].size();
  }

  struct Exchanges {
    const Exchange& a;
    const Exchange& b;
  };
  void compare_exchange(const Exchanges& exchanges, const LinkName& name, std::size_t most = kAll) {
    const auto& [a, b] = exchanges;
    const auto head = [&](const std::vector<Said>& lane) {
      return std::span(lane).first(std::min(lane.size(), most));
    };
    for (const Role sender : kRoles) {
      const std::size_t i = index_of(sender);
      const std::string_view to = to_the_other(sender);
      compare_lane({head(a.requests[i]), head(b.requests[i])},
                   joined({name.text, ", LLC requests ", to}), name.bounds);
      compare_lane({head(a.responses[i]), head(b.responses[i])},
                   joined({name.text, ", LLC responses ", to}), name.bounds);
    }
  }

  void misfit(const Pair& pair) {
    keep({.where = "connection " + std::to_string(pair.first + 1),
          .what = "it shares its link group with other connections in A than in B",
          .a = choice_in(a_.connections[pair.first]),
          .b = choice_in(b_.connections[pair.second])});
  }

  // Where a connection's link group was chosen.
  static std::optional<Place> choice_in(const ConnectionTalk& connection) {
    const auto accept = std::find_if(connection.clc.begin(), connection.clc.end(),
                                     [](const Said& said) { return said.type == "accept"; });
    return accept != connection.clc.end() ? accept->place : place_of(connection);
  }

  // Connections and groups that have no like.
  void left_over() {
    std::set<std::size_t> paired_a;
    std::set<std::size_t> paired_b;
    for (const auto& [a, b] : pairing_.connections) {
      paired_a.insert(a);
      paired_b.insert(b);
    }
    const std::string counts = std::to_string(a_.connections.size()) + " connections in A, " +
                               std::to_string(b_.connections.size()) + " in B";
    for (std::size_t i = 0; i < a_.connections.size(); ++i) {
      if (paired_a.contains(i)) continue;
      keep({"connection " + std::to_string(i + 1), "it is in A only: " + counts,
            place_of(a_.connections[i]), std::nullopt});
    }
    for (std::size_t i = 0; i < b_.connections.size(); ++i) {
      if (paired_b.contains(i)) continue;
      keep({"connection " + std::to_string(i + 1), "it is in B only: " + counts, std::nullopt,
            place_of(b_.connections[i])});
    }
    if (a_.groups.size() != b_.groups.size()) {
      keep({"link groups", std::to_string(a_.groups.size()) + " in A, " +
                               std::to_string(b_.groups.size()) + " in B"});
    }
  }

  void note_what_is_beside() {
    const auto note = [this](const std::string& text, std::uint64_t count) {
      if (count > 0) result_.notes.push_back(text + ": " + std::to_string(count));
    };
    note("connections with the SMC-R option in SYN or SYN-ACK in one only", other_options_);
    note("directions that waited for space more often in one", other_pace_);
    note("links that were tested more often in one", other_tests_);
    if (a_.plain != b_.plain) {
      note("connections of A with the SMC-R option and no CLC", a_.plain);
      note("connections of B with the SMC-R option and no CLC", b_.plain);
    }
    note("messages of A that do not decode, compared as bytes", a_.malformed);
    note("messages of B that do not decode, compared as bytes", b_.malformed);
  }

  // Its beginning.
  static std::optional<Place> place_of(const ConnectionTalk& connection) {
    if (!connection.clc.empty()) return connection.clc.front().place;
    for (const CdcLane& lane : connection.cdc) {
      if (lane.messages() > 0) return lane.last();
    }
    return std::nullopt;
  }

  static std::uint64_t ordinal_of(const Difference& difference) {
    std::uint64_t first = ~std::uint64_t{0};
    if (difference.a) first = std::min(first, difference.a->ordinal);
    if (difference.b) first = std::min(first, difference.b->ordinal);
    return first;
  }
  void keep(Difference difference) { result_.differences.push_back(std::move(difference)); }

  /// Two messages in the same place of a lane.
  struct SaidPair {
    const Said* a;
    const Said* b;
    std::string where;
    Bounds bounds;
    [[nodiscard]] std::uint64_t when() const { return a->place.ordinal + b->place.ordinal; }
  };

  const Conversation& a_;
  const Conversation& b_;
  Pairing pairing_;
  std::vector<SaidPair> pairs_;
  Namesakes names_;
  std::uint64_t other_options_ = 0;
  std::uint64_t other_pace_ = 0;
  std::uint64_t other_tests_ = 0;
  Comparison result_;
};

}  // namespace

Comparison compare(const Conversation& a, const Conversation& b) {
  return Comparer(a, b).run();
}

}  // namespace smclab::capture
