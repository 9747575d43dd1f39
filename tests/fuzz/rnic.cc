// SPDX-License-Identifier: MIT
//
// Any conversation with an RNIC that has a connected queue pair in full work: the input says what
// the peer sends (raw bytes, or frames whose queue pair and PSN are about right), what the driver
// does and how time goes. Whatever comes, memory without the right is never placed into, nothing
// beyond the frame is read, and each request completes once.
#include <algorithm>
#include <array>
#include <vector>

#include "emu/rnic/rnic.h"
#include "emu/rnic/wire/packet.h"
#include "protocol/check.h"
#include "protocol/wire/encode.h"
#include "tests/fuzz/target.h"

namespace smclab::rnic {
namespace {

constexpr std::uint32_t kSize = 8192;
constexpr std::uint64_t kBase = 0x10'0000;
constexpr MemoryId kOpen{1};    // what the peer may write and read
constexpr MemoryId kClosed{2};  // what it may not, though it knows the key
constexpr PdId kPd{0, 0};
constexpr CqId kCq{0, 0};
constexpr QpId kQp{0, 0};
constexpr MrId kMr{0, 0};
const Gid kPeer = ipv4(192, 0, 2, 2).gid;

// A port with one connection.
struct Port {
  Rnic rnic;
  Qpn qpn;
  Rkey open;
  Rkey closed;

  Port() : rnic(RnicConfig{.gid = ipv4(192, 0, 2, 1).gid, .window = 16}) {
    tell(input::Entropy{{1, 2, 3, 4}});
    tell(input::CreatePd{kPd});
    tell(input::CreateCq{kCq, 256});
    open = tell(input::RegisterMr{kMr, kPd, {kOpen, 64, kSize}, {kBase}, {true, true, true}}).key;
    closed = tell(input::RegisterMr{{1, 0}, kPd, {kClosed, 0, kSize}, {kBase}, {}}).key;
    qpn = tell(input::CreateQp{kQp, kPd, kCq, kCq, 16, 16}).qpn;
    for (const QpState to : {QpState::Init, QpState::ReadyToReceive, QpState::ReadyToSend}) {
      const QpAttributes attributes{.peer_gid = kPeer,
                                    .peer_qpn = {0x77},
                                    .path_mtu = MtuCode::Mtu256,
                                    .timeout = 5,
                                    .retry_count = 2,
                                    .rnr_retry = 2};
      tell(input::ModifyQp{kQp, to, attributes});
    }
  }
  output::VerbDone tell(const Input& input) {
    Outputs out;
    rnic.handle(Instant{}, input, out);
    const auto* done = out.empty() ? nullptr : std::get_if<output::VerbDone>(&out[0]);
    SMCLAB_CHECK(done == nullptr || done->status == VerbStatus::Success);
    return done == nullptr ? output::VerbDone{} : *done;
  }
};

// Reads the input number by number; zeros follow its end.
class Script {
 public:
  explicit Script(std::span<const std::byte> bytes) : bytes_(bytes) {}
  [[nodiscard]] bool ended() const { return bytes_.empty(); }
  std::uint32_t byte() {
    if (bytes_.empty()) return 0;
    const auto value = std::to_integer<std::uint32_t>(bytes_[0]);
    bytes_ = bytes_.subspan(1);
    return value;
  }
  std::uint32_t word() {
    const std::uint32_t high = byte();
    return high << 8 | byte();
  }
  std::span<const std::byte> take(std::size_t size) {
    const auto taken = bytes_.first(std::min(size, bytes_.size()));
    bytes_ = bytes_.subspan(taken.size());
    return taken;
  }

 private:
  std::span<const std::byte> bytes_;
};

class Attack {
 public:
  Attack(const Port& port, std::span<const std::byte> bytes)
      : rnic_(port.rnic), port_(&port), script_(bytes) {}

  void run() {
    while (!script_.ended()) step();
    // The end of the queue pair completes what is left.
    handle(input::ModifyQp{kQp, QpState::Error, {}});
    SMCLAB_CHECK(overflown_ || std::count(fates_.begin(), fates_.end(), Fate::Completes) == 0);
  }

 private:
  // What must become of a work request. An unsignaled one completes only if it fails.
  enum class Fate : std::uint8_t { Refused, Completes, MayComplete, Completed };

  void step() {
    const std::uint32_t choice = script_.byte();
    switch (choice % 8) {
      case 0:
        return frame(script_.take(script_.byte()), 0);
      case 1:
      case 2:
        return request(choice);
      case 3:
        return answer();
      case 4:
        return post(choice >> 3);
      case 5:
        return receive();
      case 6:
        return pull();
      default:
        return pass(choice >> 3);
    }
  }

  // A request near the expected PSN, of any opcode, for the open region or the closed one.
  void request(std::uint32_t choice) {
    roce::Headers headers = begin();
    if (roce::find_opcode(headers.bth.opcode) == nullptr) return;
    headers.bth.ack_request = (choice & 8) != 0;
    complete_headers(headers, (choice & 16) != 0 ? port_->closed : port_->open);
    send(headers, script_.word() % 512);
    if ((choice & 32) == 0) ++psn_;
  }
  void answer() {
    roce::Headers headers = begin();
    headers.bth.opcode = headers.bth.opcode % 6 + 0x0D;
    headers.bth.psn = {script_.byte() % 32};
    complete_headers(headers, port_->open);
    if (headers.aeth)
      *headers.aeth = {roce::Answer(script_.byte() % 4), std::uint8_t(script_.byte() % 32)};
    send(headers, script_.word() % 260);
  }
  roce::Headers begin() {
    roce::Headers headers;
    headers.bth.opcode = static_cast<std::uint8_t>(script_.byte() % 0x20);
    headers.bth.destination = port_->qpn;
    headers.bth.psn = {(psn_ + script_.byte() % 4) & 0xFF'FFFF};
    return headers;
  }
  void complete_headers(roce::Headers& headers, Rkey key) {
    const roce::OpcodeInfo* info = roce::find_opcode(headers.bth.opcode);
    if (info == nullptr) return;
    const VirtualAddress address{kBase + script_.word() % (kSize + 600) - 300};
    if (info->extensions.reth) headers.reth = roce::Reth{address, key, script_.word() % 2048};
    if (info->extensions.atomic) headers.atomic = roce::AtomicEth{address, key, 1, 1};
    if (info->extensions.immediate) headers.immediate = roce::Immediate{1};
    if (info->extensions.aeth) headers.aeth = roce::Aeth{};
    if (info->extensions.atomic_ack) headers.atomic_ack = roce::AtomicAckEth{};
    if (info->extensions.ieth) headers.ieth = roce::Ieth{key};
  }
  void send(roce::Headers headers, std::uint32_t payload) {
    if (headers.reth && headers.reth->length < 256) payload = headers.reth->length;
    headers.bth.pad = static_cast<std::uint8_t>((4 - payload % 4) % 4);
    std::array<std::byte, roce::Headers::kLargest> bytes;
    const std::size_t size = wire::encode(headers, bytes);
    frame(std::span(bytes).first(size), payload + headers.bth.pad);
  }
  void frame(std::span<const std::byte> bytes, std::uint32_t unbacked) {
    frame_size_ = bytes.size() + unbacked;
    handle(input::Frame{{.source = kPeer, .bytes = bytes, .unbacked = unbacked}});
  }

  void post(std::uint32_t choice) {
    SendRequest request{.work = fates_.size(),
                        .operation = static_cast<Operation>(choice % 4),
                        .signaled = (choice & 4) != 0,
                        .sge_count = static_cast<std::uint8_t>(choice >> 3 & 1),
                        .rkey = {5},
                        .remote = {kBase}};
    request.sge_count = static_cast<std::uint8_t>(request.sge_count + 1);
    for (Sge& sge : request.sges) {
      const std::uint32_t where = script_.word();
      sge = {where % 16 == 0 ? port_->closed : port_->open, {kBase + where % kSize}, where % 700};
    }
    hand_in(input::PostSend{kQp, request}, request.signaled ? Fate::Completes : Fate::MayComplete);
  }
  void receive() {
    const Sge buffer{port_->open, {kBase + script_.word() % kSize}, script_.word() % 1024};
    hand_in(input::PostReceive{kQp, fates_.size(), buffer}, Fate::Completes);
  }
  // Its completion may come at once.
  void hand_in(const Input& verb, Fate fate) {
    fates_.push_back(fate);
    const bool taken = handle(verb) == VerbStatus::Success;
    SMCLAB_CHECK(taken || fates_.back() == fate);
    if (!taken) fates_.back() = Fate::Refused;
  }
  void pull() {
    frames_.clear();
    rnic_.transmit(now_, {.frames = 1 + script_.byte() % 16, .bytes = UINT64_MAX}, frames_);
    for (const OutgoingFrame& frame : frames_) {
      for (std::uint8_t i = 0; i < frame.slice_count; ++i) {
        const MemorySlice& slice = frame.slices[i];
        const bool own = frame.header[0] < std::byte{0x0D};
        SMCLAB_CHECK(own || slice.memory == kOpen);
        check_inside(slice);
      }
    }
  }
  void pass(std::uint32_t choice) {
    now_ += std::chrono::microseconds(1 << choice % 12);
    if (choice == 31) {
      handle(input::DeregisterMr{kMr});
    } else {
      handle(input::Tick{});
    }
  }

  VerbStatus handle(const Input& input) {
    out_.clear();
    rnic_.handle(now_, input, out_);
    VerbStatus status = VerbStatus::Success;
    for (const Output& output : out_) {
      if (const auto* done = std::get_if<output::VerbDone>(&output)) status = done->status;
      if (const auto* place = std::get_if<output::Place>(&output)) {
        SMCLAB_CHECK(place->target.memory == kOpen);
        check_inside(place->target);
        SMCLAB_CHECK(place->frame_offset + place->target.length <= frame_size_);
      }
      if (const auto* event = std::get_if<output::AsyncEvent>(&output)) {
        overflown_ |= event->kind == AsyncKind::CqOverflow;
      }
    }
    poll();
    return status;
  }
  void poll() {
    std::array<Completion, 16> some;
    while (const std::size_t count = rnic_.poll(kCq, some)) {
      for (std::size_t i = 0; i < count; ++i) note(some[i]);
    }
  }
  void note(const Completion& completion) {
    SMCLAB_CHECK(completion.work < fates_.size());
    Fate& fate = fates_[completion.work];
    const bool succeeds = completion.status == CompletionStatus::Success;
    SMCLAB_CHECK(fate == Fate::Completes || (fate == Fate::MayComplete && !succeeds));
    fate = Fate::Completed;
  }
  static void check_inside(const MemorySlice& slice) {
    const std::uint64_t start = slice.memory == kOpen ? 64 : 0;
    SMCLAB_CHECK(slice.offset >= start && slice.offset + slice.length <= start + kSize);
  }

  Rnic rnic_;
  const Port* port_;
  Script script_;
  Instant now_{};
  std::uint32_t psn_ = 0;
  std::vector<Fate> fates_;  // by work request
  std::uint64_t frame_size_ = 0;
  bool overflown_ = false;
  Outputs out_;
  OutgoingFrames frames_;
};

}  // namespace
}  // namespace smclab::rnic

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const smclab::rnic::Port port;
  smclab::rnic::Attack(port, smclab::fuzz::bytes_of(data, size)).run();
  return 0;
}
