// SPDX-License-Identifier: MIT
#include "emu/world/tcp/socket.h"

#include "protocol/check.h"

namespace smclab::world {
namespace {

constexpr Duration kFirstPatience = std::chrono::seconds(1);
constexpr Duration kLeastPatience = std::chrono::milliseconds(200);

/// How far `to` is ahead of `from`; negative when it is behind (RFC 9293 §3.4).
std::int32_t ahead(std::uint32_t from, std::uint32_t to) noexcept {
  return static_cast<std::int32_t>(to - from);
}

}  // namespace

TcpSocket::TcpSocket(Instant now, const TcpOpening& opening)
    : opening_(opening),
      una_(opening.initial_sequence),
      nxt_(opening.initial_sequence),
      sent_end_(opening.initial_sequence),
      silent_since_(now) {}

TcpSocket::TcpSocket(Instant now, const TcpOpening& opening, const TcpSegment& syn)
    : TcpSocket(now, opening) {
  phase_ = TcpPhase::SynReceived;
  expected_ = syn.sequence + 1;
  learn_options(syn);
}

// --- the owner -----------------------------------------------------------------------------------

std::size_t TcpSocket::write(Instant now, std::span<const std::byte> bytes) {
  if (phase_ == TcpPhase::Gone || fin_wanted_) return 0;
  const std::size_t taken = std::min(bytes.size(), space());
  unacked_.push(bytes.first(taken));
  // Behind a closed window nothing is sent that could arm the timer.
  if (taken > 0 && phase_ == TcpPhase::Up && window_ == 0 && !retry_at_) {
    silent_since_ = now;
    arm(now);
  }
  return taken;
}

void TcpSocket::consume(std::size_t count) {
  unread_.pop(count);
  if (phase_ == TcpPhase::Up &&
      ahead(told_, expected_ + free_window()) >= std::int32_t{kBuffer / 4})
    ack_due_ = true;
}

void TcpSocket::reset() {
  reset_due_ = phase_ == TcpPhase::Up || phase_ == TcpPhase::SynReceived;
  phase_ = TcpPhase::Gone;
  retry_at_.reset();
}

bool TcpSocket::over() const noexcept {
  if (phase_ == TcpPhase::Gone) return !reset_due_;
  return finished() && !ack_due_;
}

// --- arriving segments ---------------------------------------------------------------------------

TcpNewsSet TcpSocket::handle(Instant now, const TcpSegment& segment) {
  TcpNewsSet news;
  if (phase_ == TcpPhase::Gone) return news;
  if (segment.flags.rst) {
    if (phase_ == TcpPhase::Up) {
      // Both halves were closed in order: what comes now hurts nobody.
      if (!(fin_wanted_ && fin_received_)) news.add(TcpNews::Reset);
    } else {
      news.add(TcpNews::Refused);
    }
    phase_ = TcpPhase::Gone;
    retry_at_.reset();
    return news;
  }
  if (phase_ != TcpPhase::Up) {
    news = handle_opening(now, segment);
    if (phase_ != TcpPhase::Up) return news;
  }
  if (segment.flags.syn) {
    ack_due_ = true;
    return news;
  }
  const bool was_finished = finished();
  if (segment.flags.ack) take_acknowledgment(now, segment, news);
  take_payload(segment, news);
  if (finished() && !was_finished) news.add(TcpNews::Finished);
  return news;
}

TcpNewsSet TcpSocket::handle_opening(Instant now, const TcpSegment& segment) {
  TcpNewsSet news;
  const bool acknowledged = segment.flags.ack && segment.acknowledgment == una_ + 1;
  if (phase_ == TcpPhase::SynSent) {
    if (!segment.flags.syn || !acknowledged) return news;
    expected_ = segment.sequence + 1;
    learn_options(segment);
    come_up(now, segment);
    ack_due_ = true;
  } else {
    if (segment.flags.syn) {
      nxt_ = una_;
      return news;
    }
    if (!acknowledged) return news;
    come_up(now, segment);
  }
  news.add(TcpNews::Up);
  return news;
}

void TcpSocket::learn_options(const TcpSegment& syn) {
  if (syn.options.mss != 0) peer_mss_ = syn.options.mss;
  peer_scale_ = syn.options.window_scale.value_or(0);
  peer_offers_smc_ = syn.options.smc;
  window_ = syn.window;
}

void TcpSocket::come_up(Instant now, const TcpSegment& segment) {
  phase_ = TcpPhase::Up;
  ++una_;
  nxt_ = sent_end_ = una_;
  // The window of a segment with SYN is never scaled (RFC 7323 §2.2).
  window_ = std::uint32_t{segment.window} << (segment.flags.syn ? 0U : peer_scale_);
  if (backoff_ == 0) round_trip_ = now - silent_since_;
  timed_at_.reset();
  told_ = expected_;
  backoff_ = 0;
  probing_ = false;
  silent_since_ = now;
  retry_at_.reset();
}

void TcpSocket::take_acknowledgment(Instant now, const TcpSegment& segment, TcpNewsSet& news) {
  if (ahead(sent_end_, segment.acknowledgment) > 0) return;
  const std::int32_t progress = ahead(una_, segment.acknowledgment);
  if (progress < 0) return;
  window_ = std::uint32_t{segment.window} << peer_scale_;
  if (progress == 0) {
    // A closed window that is confirmed is not silence.
    if (nxt_ == una_) silent_since_ = now;
    return;
  }
  const auto bytes = std::min(static_cast<std::size_t>(progress), unacked_.size());
  if (bytes < static_cast<std::size_t>(progress)) fin_acked_ = true;
  unacked_.pop(bytes);
  una_ = segment.acknowledgment;
  if (ahead(nxt_, una_) > 0) nxt_ = una_;
  if (timed_at_ && ahead(timed_end_, una_) >= 0) {
    round_trip_ = now - *timed_at_;
    timed_at_.reset();
  }
  backoff_ = 0;
  probing_ = false;
  silent_since_ = now;
  arm(now);
  if (bytes > 0) news.add(TcpNews::Writable);
}

void TcpSocket::take_payload(const TcpSegment& segment, TcpNewsSet& news) {
  const std::int32_t known = ahead(segment.sequence, expected_);
  if (sequence_length(segment) == 0) {
    if (known != 0) ack_due_ = true;  // a probe of the window
    return;
  }
  ack_due_ = true;
  if (known < 0 || fin_received_) return;
  const auto skip = static_cast<std::size_t>(known);
  if (skip > segment.payload.size()) return;
  const auto fresh = segment.payload.subspan(skip);
  const std::size_t taken = std::min<std::size_t>(fresh.size(), free_window());
  if (taken > 0) {
    unread_.push(fresh.first(taken));
    expected_ += static_cast<std::uint32_t>(taken);
    news.add(TcpNews::Readable);
  }
  if (segment.flags.fin && taken == fresh.size()) {
    fin_received_ = true;
    ++expected_;
    news.add(TcpNews::Fin);
  }
}

// --- leaving segments ----------------------------------------------------------------------------

std::uint32_t TcpSocket::data_end() const noexcept {
  return una_ + static_cast<std::uint32_t>(unacked_.size());
}

std::uint32_t TcpSocket::free_window() const noexcept {
  return kBuffer - static_cast<std::uint32_t>(std::min<std::size_t>(unread_.size(), kBuffer));
}

TcpSocket::Piece TcpSocket::next_piece() const noexcept {
  Piece piece;
  if (phase_ != TcpPhase::Up || fin_acked_) return piece;
  if (probing_ && nxt_ != una_) return piece;
  const std::int32_t waiting = ahead(nxt_, data_end());
  if (waiting < 0) return piece;  // FIN is under way
  const std::int32_t allowed = std::max(ahead(nxt_, una_ + window_), 0);
  const std::uint32_t mss = std::min(opening_.mss, peer_mss_);
  piece.bytes =
      std::min({mss, static_cast<std::uint32_t>(waiting), static_cast<std::uint32_t>(allowed)});
  piece.fin = fin_wanted_ && piece.bytes == static_cast<std::uint32_t>(waiting);
  return piece;
}

bool TcpSocket::wants_to_send() const noexcept {
  if (reset_due_) return true;
  switch (phase_) {
    case TcpPhase::SynSent:
    case TcpPhase::SynReceived:
      return nxt_ == una_;
    case TcpPhase::Up:
      break;
    case TcpPhase::Gone:
      return false;
  }
  if (ack_due_ || probe_due_) return true;
  const Piece piece = next_piece();
  return piece.bytes > 0 || piece.fin;
}

TcpSegment TcpSocket::blank() const {
  return {.source = opening_.local,
          .destination = opening_.peer,
          .sequence = nxt_,
          .acknowledgment = expected_,
          .flags = {.ack = true},
          .window = static_cast<std::uint16_t>(free_window() >> kWindowScale)};
}

std::optional<TcpSegment> TcpSocket::next_segment(Instant now) {
  if (!wants_to_send()) return std::nullopt;
  TcpSegment segment = blank();
  if (reset_due_) {
    segment.flags.rst = true;
    segment.sequence = sent_end_;
    reset_due_ = false;
    return segment;
  }
  if (phase_ != TcpPhase::Up) {
    const bool answers = phase_ == TcpPhase::SynReceived;
    segment.flags = {.syn = true, .ack = answers};
    if (!answers) segment.acknowledgment = 0;
    segment.window = 65'535;
    const bool option = answers
                            ? peer_offers_smc_ && (opening_.offers_smc || opening_.echoes_option)
                            : opening_.offers_smc;
    segment.options = {.mss = opening_.mss, .window_scale = kWindowScale, .smc = option};
  } else if (const Piece piece = next_piece(); piece.bytes > 0 || piece.fin) {
    segment.payload = unacked_.view().subspan(nxt_ - una_, piece.bytes);
    segment.flags.fin = piece.fin;
    segment.flags.psh = piece.bytes > 0 && nxt_ + piece.bytes == data_end();
  } else if (probe_due_) {
    segment.sequence = una_ - 1;
  }
  count_sent(now, segment);
  return segment;
}

void TcpSocket::count_sent(Instant now, const TcpSegment& segment) {
  if (segment.flags.ack) {
    ack_due_ = false;
    told_ = expected_ + free_window();
  }
  probe_due_ = false;
  const std::uint32_t length = sequence_length(segment);
  if (length == 0) return;
  const bool first = nxt_ == una_;
  nxt_ += length;
  if (ahead(sent_end_, nxt_) > 0) {
    sent_end_ = nxt_;
    if (!timed_at_) {
      timed_at_ = now;
      timed_end_ = nxt_;
    }
  } else {
    timed_at_.reset();  // an answer could belong to either sending
  }
  if (!first) return;
  if (!probing_) silent_since_ = now;
  arm(now);
}

// --- time ----------------------------------------------------------------------------------------

Duration TcpSocket::patience() const noexcept {
  const Duration least =
      phase_ == TcpPhase::Up ? std::max(kLeastPatience, 2 * round_trip_) : kFirstPatience;
  return least * (std::int64_t{1} << std::min<unsigned>(backoff_, 16));
}

void TcpSocket::arm(Instant now) {
  const bool closed = phase_ == TcpPhase::Up && window_ == 0 && !unacked_.empty();
  if (nxt_ == una_ && !closed) {
    retry_at_.reset();
    return;
  }
  retry_at_ = std::min(now + patience(), std::max(silent_since_ + kSilence, now));
}

TcpNewsSet TcpSocket::tick(Instant now) {
  TcpNewsSet news;
  if (!retry_at_ || now < *retry_at_) return news;
  if (now - silent_since_ >= kSilence) {
    news.add(phase_ == TcpPhase::Up ? TcpNews::Reset : TcpNews::Refused);
    reset();
    return news;
  }
  ++backoff_;
  timed_at_.reset();
  if (nxt_ == una_) {
    probe_due_ = true;
  } else {
    nxt_ = una_;
    probing_ = true;
  }
  retry_at_ = std::min(now + patience(), silent_since_ + kSilence);
  return news;
}

}  // namespace smclab::world
