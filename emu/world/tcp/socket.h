// SPDX-License-Identifier: MIT
//
// One end of a TCP connection (RFC 9293), as much of it as an ordered byte stream needs: three-way
// handshake, a window, cumulative acknowledgement, retransmission with back-off, FIN and RST. The
// world loses segments only where a link is cut, so there is no congestion control and no fast
// retransmission. After 15 s without an answer while something is outstanding it resets.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "emu/tcp/segment.h"
#include "emu/world/tcp/byte_queue.h"
#include "protocol/time.h"

namespace smclab::world {

using tcp::decode_segment;
using tcp::encode_segment;
using tcp::EthernetPair;
using tcp::tcp_overhead;
using tcp::TcpAddress;
using tcp::TcpFlags;
using tcp::TcpOptions;
using tcp::TcpSegment;

/// What a socket tells its owner.
enum class TcpNews : std::uint8_t {
  Up,        ///< the handshake is over
  Readable,  ///< bytes came
  Writable,  ///< room in the send buffer came
  Fin,       ///< the peer's half is closed, behind what is readable
  Finished,  ///< both halves are closed and acknowledged
  Reset,     ///< RST, or 15 s of silence
  Refused,   ///< it never came up
};

/// Several pieces of news at once, in the order of the enumeration.
class TcpNewsSet {
 public:
  void add(TcpNews news) noexcept { bits_ |= bit(news); }
  [[nodiscard]] bool has(TcpNews news) const noexcept { return (bits_ & bit(news)) != 0; }
  [[nodiscard]] bool empty() const noexcept { return bits_ == 0; }

 private:
  static constexpr unsigned bit(TcpNews news) noexcept { return 1U << static_cast<unsigned>(news); }
  unsigned bits_ = 0;
};

enum class TcpPhase : std::uint8_t { SynSent, SynReceived, Up, Gone };

/// What a new socket is told.
struct TcpOpening {
  TcpAddress local;
  TcpAddress peer;
  std::uint32_t initial_sequence = 0;
  std::uint16_t mss = 1'460;   ///< of the local link
  bool offers_smc = false;     ///< puts the SMC-R option into its SYN or SYN-ACK
  bool echoes_option = false;  ///< answers the option of a SYN without knowing what it means
  bool operator==(const TcpOpening&) const = default;
};

class TcpSocket {
 public:
  static constexpr Duration kSilence = std::chrono::seconds(15);
  static constexpr std::uint32_t kBuffer = 262'144;  ///< of either direction, in bytes
  static constexpr std::uint8_t kWindowScale = 7;

  /// A client that will send a SYN, or, with the SYN at hand, a server that will answer it.
  TcpSocket(Instant now, const TcpOpening& opening);
  TcpSocket(Instant now, const TcpOpening& opening, const TcpSegment& syn);

  // --- the owner ---

  /// Takes as many bytes as there is room for and returns how many.
  std::size_t write(Instant now, std::span<const std::byte> bytes);
  [[nodiscard]] std::size_t space() const noexcept { return kBuffer - unacked_.size(); }
  [[nodiscard]] std::span<const std::byte> readable() const noexcept { return unread_.view(); }
  void consume(std::size_t count);
  /// No more bytes will be written: FIN behind the last one.
  void finish() { fin_wanted_ = true; }
  void reset();

  // --- the wire ---

  /// A segment of this connection arrived.
  TcpNewsSet handle(Instant now, const TcpSegment& segment);
  /// The next segment to send, if there is one; its payload is a view of the send buffer.
  std::optional<TcpSegment> next_segment(Instant now);
  [[nodiscard]] bool wants_to_send() const noexcept;
  /// When tick() is wanted.
  [[nodiscard]] std::optional<Instant> deadline() const noexcept { return retry_at_; }
  TcpNewsSet tick(Instant now);

  [[nodiscard]] TcpPhase phase() const noexcept { return phase_; }
  [[nodiscard]] const TcpOpening& opening() const noexcept { return opening_; }
  /// SYN and SYN-ACK both carried the option, as this side saw it.
  [[nodiscard]] bool both_offered_smc() const noexcept {
    return opening_.offers_smc && peer_offers_smc_;
  }
  [[nodiscard]] bool peer_finished() const noexcept { return fin_received_; }
  /// Both halves are closed and acknowledged.
  [[nodiscard]] bool finished() const noexcept { return fin_acked_ && fin_received_; }
  /// Whether nothing is left to say either.
  [[nodiscard]] bool over() const noexcept;

  bool operator==(const TcpSocket&) const = default;
  template <class V>
  constexpr void members(V& v) const {
    v(phase_, opening_.local.ip, opening_.local.port, opening_.peer.ip, opening_.peer.port,
      unacked_, una_, nxt_, sent_end_, fin_wanted_, fin_acked_, unread_, expected_, fin_received_,
      ack_due_, reset_due_, retry_at_, backoff_, silent_since_, probing_);
  }

 private:
  TcpNewsSet handle_opening(Instant now, const TcpSegment& segment);
  void take_acknowledgment(Instant now, const TcpSegment& segment, TcpNewsSet& news);
  void take_payload(const TcpSegment& segment, TcpNewsSet& news);
  void learn_options(const TcpSegment& syn);
  void come_up(Instant now, const TcpSegment& segment);
  void arm(Instant now);
  /// What of the stream goes out next: bytes from nxt_ on, and whether FIN follows them.
  struct Piece {
    std::uint32_t bytes = 0;
    bool fin = false;
  };
  [[nodiscard]] Piece next_piece() const noexcept;
  [[nodiscard]] TcpSegment blank() const;
  void count_sent(Instant now, const TcpSegment& segment);
  [[nodiscard]] std::uint32_t data_end() const noexcept;
  [[nodiscard]] std::uint32_t free_window() const noexcept;
  [[nodiscard]] Duration patience() const noexcept;

  TcpOpening opening_;
  TcpPhase phase_ = TcpPhase::SynSent;
  bool peer_offers_smc_ = false;
  std::uint8_t peer_scale_ = 0;
  std::uint16_t peer_mss_ = 536;

  ByteQueue unacked_;           // from una_ on (from una_ + 1 while the SYN is outstanding)
  std::uint32_t una_ = 0;       // oldest sequence number without an acknowledgement
  std::uint32_t nxt_ = 0;       // the next one to send
  std::uint32_t sent_end_ = 0;  // behind the highest one ever sent
  std::uint32_t window_ = 0;    // what the peer takes from una_ on
  bool fin_wanted_ = false;
  bool fin_acked_ = false;

  ByteQueue unread_;
  std::uint32_t expected_ = 0;  // the next sequence number of the peer
  std::uint32_t told_ = 0;      // the right edge of the window that the peer was told last
  bool fin_received_ = false;
  bool ack_due_ = false;
  bool reset_due_ = false;
  bool probe_due_ = false;

  std::optional<Instant> retry_at_;
  std::uint8_t backoff_ = 0;
  Instant silent_since_{};
  bool probing_ = false;  // after a time-out one segment goes out, the rest waits for its answer
  Duration round_trip_{};
  std::optional<Instant> timed_at_;  // when the segment that ends at timed_end_ was sent
  std::uint32_t timed_end_ = 0;
};

}  // namespace smclab::world
