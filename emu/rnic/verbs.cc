// SPDX-License-Identifier: MIT
#include "emu/rnic/verbs.h"

#include "emu/rnic/transport/life.h"
#include "emu/rnic/transport/requester/requests.h"
#include "emu/rnic/transport/responder/execution.h"

namespace smclab::rnic {
namespace {

using output::VerbDone;

constexpr VerbDone kUnknown{.status = VerbStatus::UnknownObject};

// A queue pair number that is not in use, drawn at random; nothing when all are.
std::optional<Qpn> draw_qpn(Device& device) {
  const std::uint32_t first = device.config.first_qpn.value;
  const std::uint64_t count = std::uint64_t{device.config.last_qpn.value} - first + 1;
  if (device.qpns.size() >= count) return std::nullopt;
  // The range is nearly always much larger than what is in use; where it is not, the next free
  // number behind the drawn one is found.
  std::uint64_t place = device.chance.draw(64) % count;
  for (;; place = (place + 1) % count) {
    const Qpn qpn{first + static_cast<std::uint32_t>(place)};
    if (!device.qpns.find(qpn.value)) return qpn;
  }
}

}  // namespace

VerbDone carry_out(Device& device, const input::CreatePd& verb, Step) {
  const VerbStatus vacancy = device.domains.vacancy(verb.pd);
  if (vacancy == VerbStatus::Success) device.domains.insert(verb.pd, {});
  return {.status = vacancy};
}

VerbDone carry_out(Device& device, const input::DestroyPd& verb, Step) {
  const ProtectionDomain* domain = device.domains.find(verb.pd);
  if (domain == nullptr) return kUnknown;
  if (domain->users > 0) return {.status = VerbStatus::InUse};
  device.domains.erase(verb.pd);
  return {};
}

VerbDone carry_out(Device& device, const input::CreateCq& verb, Step) {
  if (verb.depth == 0) return {.status = VerbStatus::BadArgument};
  if (verb.depth > device.config.limits.completions) return {.status = VerbStatus::NoMemory};
  const VerbStatus vacancy = device.completion_queues.vacancy(verb.cq);
  if (vacancy == VerbStatus::Success) {
    device.completion_queues.insert(verb.cq, CompletionQueue(verb.cq, verb.depth));
  }
  return {.status = vacancy};
}

VerbDone carry_out(Device& device, const input::DestroyCq& verb, Step) {
  const CompletionQueue* queue = device.completion_queues.find(verb.cq);
  if (queue == nullptr) return kUnknown;
  if (queue->in_use()) return {.status = VerbStatus::InUse};
  device.completion_queues.erase(verb.cq);
  return {};
}

VerbDone carry_out(Device& device, const input::ArmCq& verb, Step) {
  CompletionQueue* queue = device.completion_queues.find(verb.cq);
  if (queue == nullptr) return kUnknown;
  queue->arm();
  return {};
}

VerbDone carry_out(Device& device, const input::RegisterMr& verb, Step) {
  ProtectionDomain* domain = device.domains.find(verb.pd);
  if (domain == nullptr) return kUnknown;
  const VerbDone done = device.regions.add(verb, device.chance);
  if (done.status == VerbStatus::Success) ++domain->users;
  return done;
}

VerbDone carry_out(Device& device, const input::DeregisterMr& verb, Step) {
  const auto pd = device.regions.remove(verb.mr);
  if (!pd) return kUnknown;
  --device.domains.find(*pd)->users;
  return {};
}

VerbDone carry_out(Device& device, const input::CreateQp& verb, Step) {
  if (!device.chance.seeded()) return {.status = VerbStatus::BadState};
  ProtectionDomain* domain = device.domains.find(verb.pd);
  CompletionQueue* sends = device.completion_queues.find(verb.send_cq);
  CompletionQueue* receives = device.completion_queues.find(verb.receive_cq);
  if (domain == nullptr || sends == nullptr || receives == nullptr) return kUnknown;
  const std::uint32_t most = device.config.limits.queue_entries;
  if (verb.max_send > most || verb.max_receive > most) return {.status = VerbStatus::NoMemory};
  const VerbStatus vacancy = device.queue_pairs.vacancy(verb.qp);
  if (vacancy != VerbStatus::Success) return {.status = vacancy};
  const auto qpn = draw_qpn(device);
  if (!qpn) return {.status = VerbStatus::NoMemory};

  device.qpns.insert(qpn->value, verb.qp.index);
  device.queue_pairs.insert(verb.qp, QueuePair{.id = verb.qp,
                                               .qpn = *qpn,
                                               .pd = verb.pd,
                                               .send_cq = verb.send_cq,
                                               .receive_cq = verb.receive_cq,
                                               .max_send = verb.max_send,
                                               .max_receive = verb.max_receive});
  ++domain->users;
  sends->attach();
  receives->attach();
  return {.qpn = *qpn};
}

VerbDone carry_out(Device& device, const input::ModifyQp& verb, Step step) {
  QueuePair* qp = device.queue_pairs.find(verb.qp);
  if (qp == nullptr) return kUnknown;
  return {.status = modify(device, *qp, verb, step), .qpn = qp->qpn};
}

VerbDone carry_out(Device& device, const input::DestroyQp& verb, Step) {
  QueuePair* qp = device.queue_pairs.find(verb.qp);
  if (qp == nullptr) return kUnknown;
  retire(device, *qp);
  --device.domains.find(qp->pd)->users;
  device.completion_queues.find(qp->send_cq)->detach();
  device.completion_queues.find(qp->receive_cq)->detach();
  device.qpns.erase(qp->qpn.value);
  device.queue_pairs.erase(verb.qp);
  return {};
}

VerbDone carry_out(Device& device, const input::PostSend& verb, Step step) {
  QueuePair* qp = device.queue_pairs.find(verb.qp);
  if (qp == nullptr) return kUnknown;
  return {.status = post_send(device, *qp, verb.request, step)};
}

VerbDone carry_out(Device& device, const input::PostReceive& verb, Step step) {
  QueuePair* qp = device.queue_pairs.find(verb.qp);
  if (qp == nullptr) return kUnknown;
  return {.status = post_receive(device, *qp, verb, step)};
}

}  // namespace smclab::rnic
