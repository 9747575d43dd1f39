// SPDX-License-Identifier: MIT
#include "emu/rnic/rnic.h"

#include <concepts>

#include "emu/rnic/receive.h"
#include "emu/rnic/transmit.h"
#include "emu/rnic/transport/life.h"
#include "emu/rnic/transport/requester/requests.h"
#include "emu/rnic/transport/requester/retransmission.h"
#include "emu/rnic/transport/responder/responses.h"
#include "emu/rnic/verbs.h"
#include "protocol/digest.h"

namespace smclab::rnic {
namespace {

void handle_fault(Device& device, QueuePair& qp, Step step) {
  if (qp.read_failed) handle_failed_response(device, qp, step);
  const Requester& r = qp.requester;
  if (r.stalled && r.next == r.unacknowledged) {
    fail_request(device, qp, CompletionStatus::LocalProtection, step);
  }
}

// What is not a verb. Verbs are answered by their result, which comes before all that they cause.

void take_in(Device& device, const input::Entropy& entropy, Step) {
  device.chance.stir(entropy.words);
}

void take_in(Device& device, const input::Frame& input, Step step) {
  receive_frame(device, input.frame, step);
}

void take_in(Device& device, const input::PortState& port, Step step) {
  if (device.port_up == port.up) return;
  device.port_up = port.up;
  step.out.emplace_back(
      output::AsyncEvent{.kind = port.up ? AsyncKind::PortUp : AsyncKind::PortDown});
  if (port.up) return;
  device.queue_pairs.for_each([&](QueuePair& qp) {
    if (qp.state == QpState::ReadyToSend) await_answer(device, qp, step.now);
  });
}

void take_in(Device& device, const input::Tick&, Step step) {
  while (const auto timer = device.timers.pop_due(step.now)) {
    QueuePair* qp = device.queue_pairs.find(timer->qp);
    SMCLAB_CHECK(qp != nullptr);
    switch (timer->kind) {
      case QpTimerKind::Requester:
        handle_timer(device, *qp, step);
        break;
      case QpTimerKind::Fault:
        handle_fault(device, *qp, step);
        break;
    }
    update_line(device, *qp);
  }
}

template <class Verb>
concept IsVerb = requires(Device& device, const Verb& verb, Step step) {
  { carry_out(device, verb, step) } -> std::same_as<output::VerbDone>;
};

}  // namespace

Rnic::Rnic(const RnicConfig& config) : device_(config) {
  SMCLAB_CHECK(config.psn_bits >= 8 && config.psn_bits <= Psn::bits);
  SMCLAB_CHECK(config.window > 0 && config.acknowledge_every > 0 && config.frames_per_turn > 0);
  SMCLAB_CHECK(config.reads_in_flight > 0 && config.first_qpn <= config.last_qpn);
}

void Rnic::handle(Instant now, const Input& input, Outputs& out) {
  const Step step{now, out};
  std::visit(
      [&](const auto& held) {
        using Held = std::remove_cvref_t<decltype(held)>;
        if constexpr (IsVerb<Held>) {
          const std::size_t place = out.size();
          out.emplace_back(output::VerbDone{});
          out[place] = carry_out(device_, held, step);
        } else {
          take_in(device_, held, step);
        }
      },
      input);
  fail_overflown(device_, step);
}

std::size_t Rnic::poll(CqId cq, std::span<Completion> out) {
  CompletionQueue* queue = device_.completion_queues.find(cq);
  return queue == nullptr ? 0 : queue->poll(out);
}

void Rnic::transmit(Instant now, const Budget& budget, OutgoingFrames& out) {
  transmit_frames(device_, now, budget, out);
}

std::optional<Instant> Rnic::next_transmit() const noexcept {
  if (waiting_priorities() == 0) return std::nullopt;
  return Instant::min();
}

std::uint8_t Rnic::waiting_priorities() const noexcept {
  return device_.port_up ? device_.scheduler.waiting() : std::uint8_t{0};
}

std::optional<Instant> Rnic::deadline() const noexcept {
  return device_.timers.deadline();
}

std::uint64_t Rnic::digest() const {
  return digest_of(device_);
}

}  // namespace smclab::rnic
