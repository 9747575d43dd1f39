// SPDX-License-Identifier: MIT
#include "tests/interop/peer/exchange.h"

#include <algorithm>

#include "emu/scenario/pattern.h"

namespace smclab::interop {
namespace {

constexpr std::uint64_t kDownKey = std::uint64_t{1} << 32;
constexpr std::uint8_t kHalfClose = 1;

void put(std::uint64_t number, std::span<std::byte> out) {
  for (std::size_t i = out.size(); i-- > 0; number >>= 8) out[i] = static_cast<std::byte>(number);
}

std::uint64_t get(std::span<const std::byte> bytes) {
  std::uint64_t number = 0;
  for (const std::byte byte : bytes) number = number << 8 | std::to_integer<std::uint64_t>(byte);
  return number;
}

std::string hex_of(std::span<const std::byte> bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const std::byte byte : bytes) {
    text += kDigits[std::to_integer<std::size_t>(byte) >> 4];
    text += kDigits[std::to_integer<std::size_t>(byte) & 15];
  }
  return text;
}

std::byte digit(char c) {
  return static_cast<std::byte>(c <= '9' ? c - '0' : c - 'a' + 10);
}

std::vector<std::byte> bytes_of(std::string_view hex) {
  std::vector<std::byte> bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes.push_back(digit(hex[i]) << 4 | digit(hex[i + 1]));
  }
  return bytes;
}

scenario::Pattern up_of(const Request& request) {
  return scenario::Pattern(request.seed);
}
scenario::Pattern down_of(const Request& request) {
  return scenario::Pattern(request.mode == 'E' ? request.seed : request.seed + kDownKey);
}

}  // namespace

std::array<std::byte, kRequestBytes> encode(const Request& request) {
  std::array<std::byte, kRequestBytes> bytes{};
  const std::span<std::byte> all(bytes);
  bytes[0] = static_cast<std::byte>(request.mode);
  bytes[1] = static_cast<std::byte>(request.half_close ? kHalfClose : 0);
  put(request.pause_ms, all.subspan(2, 2));
  put(request.bytes, all.subspan(4, 8));
  put(request.seed, all.subspan(12, 4));
  return bytes;
}

std::optional<Request> decode(std::span<const std::byte, kRequestBytes> bytes) {
  const char mode = static_cast<char>(bytes[0]);
  if (mode == 0 || std::string_view("EUDBXS").find(mode) == std::string_view::npos) {
    return std::nullopt;
  }
  return Request{.mode = mode,
                 .half_close = (bytes[1] & std::byte{kHalfClose}) != std::byte{0},
                 .pause_ms = static_cast<std::uint16_t>(get(bytes.subspan<2, 2>())),
                 .bytes = get(bytes.subspan<4, 8>()),
                 .seed = static_cast<std::uint32_t>(get(bytes.subspan<12, 4>()))};
}

Exchange::Exchange(Role role, const Request& request)
    : role_(role), request_(request), knows_request_(role == Role::Client) {
  if (!is_client()) return;
  const auto bytes = encode(request_);
  out_frame_.assign(bytes.begin(), bytes.end());
}

void Exchange::take_turns(Turns& turns, int number) {
  turns_ = &turns;
  number_ = number;
}

void Exchange::on_connected(Instant now, const runtime::Carriage& carriage) {
  connected_ = true;
  result_.carriage = carriage;
  result_.began = now;
}

void Exchange::on_closed(Instant, CloseReason why) {
  const bool through = knows_request_ && all_sent() && all_received();
  result_.closed = why;
  connected_ = true;  // if it never was: nobody is to wait for it
  if (turns_ != nullptr) {
    if (!waits_) turns_->through();
    turns_->ended();
  }
  result_.complete = why == CloseReason::Orderly && through && result_.intact;
  result_.sent_sha256 = out_sha_.hex();
  if (result_.received_sha256.empty()) result_.received_sha256 = in_sha_.hex();
  if (is_client() && result_.complete) result_.intact = result_.peer_sha256 == result_.sent_sha256;
}

// --- how much ------------------------------------------------------------------------------------

std::uint64_t Exchange::out_data() const noexcept {
  return (is_client() ? request_.has_up() : request_.has_down()) ? request_.bytes : 0;
}

std::uint64_t Exchange::in_data() const noexcept {
  return (is_client() ? request_.has_down() : request_.has_up()) ? request_.bytes : 0;
}

bool Exchange::all_sent() const noexcept {
  const std::size_t frame = is_client() ? kRequestBytes : kDigestBytes;
  return result_.sent == out_data() && out_frame_sent_ == frame;
}

bool Exchange::all_received() const noexcept {
  const std::size_t frame = is_client() ? kDigestBytes : kRequestBytes;
  return result_.received == in_data() && in_frame_.size() == frame;
}

// How far this side may be with its data: a server answers what it has read.
std::uint64_t Exchange::data_allowed() const noexcept {
  if (is_client() || request_.mode == 'D') return out_data();
  if (request_.half_close && !peer_ended_) return 0;
  if (request_.mode == 'E') return result_.received;
  if (request_.mode == 'X') return out_data();
  return all_received() ? out_data() : 0;
}

// --- out -----------------------------------------------------------------------------------------

std::size_t Exchange::fill(Instant, std::span<std::byte> room) {
  if (!knows_request_ || closing_) return 0;
  if (is_client()) {
    const bool request_first = out_frame_sent_ < out_frame_.size();
    return request_first ? give_frame(room) : give_data(room);
  }
  return result_.sent < out_data() ? give_data(room) : give_frame(room);
}

std::size_t Exchange::give_frame(std::span<std::byte> room) {
  const std::size_t count = std::min(room.size(), out_frame_.size() - out_frame_sent_);
  std::copy_n(out_frame_.begin() + static_cast<std::ptrdiff_t>(out_frame_sent_), count,
              room.begin());
  out_frame_sent_ += count;
  return count;
}

std::size_t Exchange::give_data(std::span<std::byte> room) {
  const std::uint64_t left = data_allowed() - result_.sent;
  const auto piece =
      room.first(static_cast<std::size_t>(std::min<std::uint64_t>(left, room.size())));
  if (!request_.blind()) {
    (is_client() ? up_of(request_) : down_of(request_)).fill(result_.sent, piece);
    out_sha_.add(piece);
  }
  result_.sent += piece.size();
  return piece.size();
}

// --- in ------------------------------------------------------------------------------------------

std::size_t Exchange::drain(Instant now, std::span<const std::byte> bytes) {
  if (bytes.empty() || closing_ || now < rests_until_) return 0;
  const std::size_t frame = is_client() ? kDigestBytes : kRequestBytes;
  const bool data_first = is_client() && result_.received < in_data();
  std::size_t taken = 0;
  if (!data_first && in_frame_.size() < frame) {
    taken = take_frame(bytes.first(std::min(bytes.size(), frame - in_frame_.size())));
    result_.duration = now - result_.began;
  } else {
    taken = take_data(bytes);
    if (!is_client()) rests_until_ = now + std::chrono::milliseconds(request_.pause_ms);
  }
  look_for_end();
  return taken;
}

std::size_t Exchange::take_frame(std::span<const std::byte> bytes) {
  in_frame_.insert(in_frame_.end(), bytes.begin(), bytes.end());
  look_at_frame();
  return bytes.size();
}

void Exchange::look_at_frame() {
  if (is_client()) {
    if (in_frame_.size() == kDigestBytes) result_.peer_sha256 = hex_of(in_frame_);
    return;
  }
  if (in_frame_.size() < kRequestBytes) return;
  const auto request = decode(std::span(in_frame_).first<kRequestBytes>());
  knows_request_ = request.has_value();
  if (request) request_ = *request;
  if (!request) result_.intact = false;
}

std::size_t Exchange::take_data(std::span<const std::byte> bytes) {
  const std::uint64_t left = in_data() - result_.received;
  // Bytes behind the end belong to nobody.
  if (left == 0) result_.intact = false;
  const auto piece =
      bytes.first(static_cast<std::size_t>(std::min<std::uint64_t>(left, bytes.size())));
  if (!request_.blind()) {
    const auto pattern = is_client() ? down_of(request_) : up_of(request_);
    if (pattern.mismatch(result_.received, piece)) result_.intact = false;
    in_sha_.add(piece);
  }
  result_.received += piece.size();
  return left == 0 ? bytes.size() : piece.size();
}

// All data is there: its digest is known, which is what a server has to say at last.
void Exchange::look_for_end() {
  if (!knows_request_ || result_.received < in_data() || !result_.received_sha256.empty()) return;
  result_.received_sha256 = in_sha_.hex();
  if (!is_client()) out_frame_ = bytes_of(result_.received_sha256);
}

// --- wishes --------------------------------------------------------------------------------------

scenario::Wish Exchange::wish() {
  if (closing_) return scenario::Wish::None;
  const bool lost = peer_ended_ && !knows_request_;
  const bool hostile = !knows_request_ && in_frame_.size() == kRequestBytes;
  const bool early = peer_ended_ && knows_request_ && !all_received();
  const bool through = knows_request_ && all_sent() && all_received();
  if (lost || hostile || early || (through && (is_client() || peer_ended_))) {
    if (!may_end()) return scenario::Wish::None;
    closing_ = true;
    return scenario::Wish::Close;
  }
  if (is_client() && request_.half_close && all_sent() && !shut_) {
    shut_ = true;
    return scenario::Wish::Shutdown;
  }
  return scenario::Wish::None;
}

bool Exchange::may_end() {
  if (turns_ == nullptr) return true;
  if (!waits_) turns_->through();
  waits_ = true;
  return turns_->may_end(number_);
}

std::optional<Instant> Exchange::wakes_at(Instant now) const {
  if (waits_ && !closing_) return turns_->later(now);
  return rests_until_ > now && !closing_ ? std::optional(rests_until_) : std::nullopt;
}

}  // namespace smclab::interop
