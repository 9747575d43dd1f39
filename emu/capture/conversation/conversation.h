// SPDX-License-Identifier: MIT
//
// A capture as what was said: the CLC exchange of each connection, the LLC messages of each link,
// and what the CDCs of each connection's directions came to. Frames that repeat one (of RoCE's own
// retransmission) or that the receiver dropped (a wrong ICRC) were not said.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "emu/capture/conversation/cdc_lane.h"
#include "emu/capture/conversation/said.h"
#include "emu/capture/dissection/queue_pairs.h"

namespace smclab::capture {

/// Of each side, by sender.
template <class T>
using BySender = std::array<T, 2>;
[[nodiscard]] constexpr std::size_t index_of(Role sender) noexcept {
  return sender == Role::Client ? 0 : 1;
}

/// A key from when it was given out until it is deleted; then it may be given out again.
struct KeyLife {
  std::string value;
  unsigned life = 0;
  bool operator==(const KeyLife&) const = default;
};

/// One TCP connection that spoke CLC, or one that is known by its CDCs alone, because the capture
/// began after its handshake.
struct ConnectionTalk {
  std::optional<std::uint16_t> server_port;  ///< nothing: the handshake was not captured
  BySender<bool> option{};                   ///< there was an SMC-R option in SYN, in SYN-ACK
  std::vector<Said> clc;
  BySender<std::optional<KeyLife>> keys;  ///< of the RMBs that the two sides offered
  std::optional<std::size_t> group;       ///< in Conversation::groups
  std::size_t link = 0;                   ///< of the group: where the handshake put it
  BySender<CdcLane> cdc;
};

/// What each side asked and what it answered. Neither is ordered with the other side's, and one's
/// requests are not ordered with one's answers: both sides may ask at once (RFC 7609 §3.5.5.3).
struct Exchange {
  BySender<std::vector<Said>> requests;
  BySender<std::vector<Said>> responses;
};

/// All that was said about one RMB of one side: CONFIRM RKEY, DELETE RKEY.
struct KeyTalk {
  Role owner = Role::Client;
  KeyLife key;
  Exchange said;
};

/// LLC by what it is about. One RMB's messages are not ordered with another's, nor with those about
/// the link, since connections come and go on their own; TEST LINK comes when nothing else does.
struct LinkTalk {
  Exchange links;             ///< CONFIRM LINK, ADD LINK, DELETE LINK and what they consist of
  Exchange tests;             ///< TEST LINK
  std::vector<KeyTalk> keys;  ///< in the order of their first message
};

struct GroupTalk {
  std::vector<LinkTalk> links;  ///< in the order in which they were added
};

struct Conversation {
  std::vector<ConnectionTalk> connections;  ///< in the order of their first CLC message
  std::vector<GroupTalk> groups;
  std::uint64_t messages = 0;   ///< all that were told
  std::uint64_t repeated = 0;   ///< of these, dropped or sent again
  std::uint64_t malformed = 0;  ///< of these
  std::uint64_t plain = 0;      ///< TCP connections with an SMC-R option and no CLC
};

/// Makes a Conversation out of a Dissector's messages.
class Listener {
 public:
  /// The capture's first packet was at this time.
  void start(std::int64_t time_ns) { start_ns_ = time_ns; }
  void add(const SmcMessage& message);
  /// No more will come.
  [[nodiscard]] Conversation finish();

 private:
  struct Stream {
    BySender<bool> option{};
    IpAddress client;
    std::uint16_t client_port = 0;
    std::optional<std::size_t> connection;
  };
  /// What is known of a queue pair.
  struct Seat {
    std::size_t group = 0;
    std::size_t link = 0;
    Role owner = Role::Server;
    PsnWindow heard;  ///< PSNs that arrived whole
  };
  struct TokenName {
    std::size_t group = 0;
    Role owner = Role::Server;  ///< who is to bear it in mind: the receiver of the CDCs
    AlertToken token;
    auto operator<=>(const TokenName&) const = default;
  };
  /// Where a key is good: a link, and whose memory it opens.
  struct KeyName {
    std::size_t group = 0;
    std::size_t link = 0;
    Role owner = Role::Server;
    std::string value;
    auto operator<=>(const KeyName&) const = default;
  };

  void add_option(const SmcMessage& message);
  void add_clc(const SmcMessage& message);
  void add_sent(const SmcMessage& message);
  void add_cdc(const SmcMessage& message, const Seat& seat);
  Stream& stream_of(const SmcMessage& message);
  void answer(std::size_t connection, Role sender, const wire::ClcMessage& clc);
  void sit_down(const wire::ConnectionEnd& end, Role owner, ConnectionTalk& connection,
                bool first_contact);
  Seat& seat_of(const SmcMessage& message);
  void learn_link(const SmcMessage& message, const Seat& seat);
  [[nodiscard]] Place place_of(const SmcMessage& message) const;
  [[nodiscard]] Said said(const SmcMessage& message, const Seat& listener);
  Exchange& exchange_of(const Seat& seat, const Said& said);

  Conversation talk_;
  std::int64_t start_ns_ = 0;
  std::map<std::uint32_t, Stream> streams_;
  std::map<QueuePairName, Seat> seats_;
  std::map<TokenName, std::size_t> tokens_;
  std::map<KeyName, unsigned> lives_;  ///< how often a key was deleted
  /// By group, link and owner: the place in LinkTalk::keys of the one that was spoken of last.
  std::map<std::tuple<std::size_t, std::size_t, Role>, std::optional<std::size_t>> last_keys_;
  /// Of each connection, by the side that offers them.
  std::vector<BySender<std::optional<std::uint32_t>>> rings_;
};

}  // namespace smclab::capture
