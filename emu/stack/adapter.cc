// SPDX-License-Identifier: MIT
#include "emu/stack/adapter.h"

#include <algorithm>
#include <utility>

#include "protocol/check.h"

namespace smclab::stack {
namespace {

constexpr auto kSendSlot = static_cast<std::uint32_t>(kLongestForgery);
// An RDMA write may wrap in the peer's ring, and a CDC follows: three requests a message.
constexpr std::uint32_t kRequestsPerMessage = 3;

rnic::PdId domain_of(rnic::QpId qp) {
  return {qp.index, qp.generation};
}
rnic::CqId send_queue_of(rnic::QpId qp) {
  return {2 * qp.index, qp.generation};
}
rnic::CqId receive_queue_of(rnic::QpId qp) {
  return {2 * qp.index + 1, qp.generation};
}

}  // namespace

Adapter::Adapter(const Setup& setup, std::shared_ptr<ForeignNic> device)
    : setup_(setup), rnic_(device ? Nic(std::move(device)) : Nic(setup.rnic)) {}

std::uint32_t Adapter::receive_offset(const Queues& queues, std::uint64_t slot) const noexcept {
  const std::uint32_t sends = (setup_.send_slots - 1U) * kSendSlot + longest_send(queues);
  return sends + static_cast<std::uint32_t>(slot) * queues.receive_size;
}

std::uint32_t Adapter::longest_send(const Queues& queues) noexcept {
  return std::max(kSendSlot, queues.receive_size);
}

// --- what the core asks --------------------------------------------------------------------------

rnic::output::VerbDone Adapter::verb(Shift& shift, const rnic::Input& input) {
  scratch_.outputs.clear();
  rnic_.handle(shift.now, input, scratch_.outputs);
  SMCLAB_CHECK(!scratch_.outputs.empty());
  const auto* done = std::get_if<rnic::output::VerbDone>(&scratch_.outputs.front());
  SMCLAB_CHECK(done != nullptr);
  const rnic::output::VerbDone answer = *done;
  for (std::size_t i = 1; i < scratch_.outputs.size(); ++i) absorb(shift, scratch_.outputs[i], {});
  return answer;
}

std::optional<rnic::QpId> Adapter::make_queue_pair(Shift& shift, const action::MakeQp& make) {
  const rnic::QpId qp =
      queues_.insert(Queues{.link = make.link, .receive_size = make.receive_size});
  Queues& queues = queues_.at(qp);
  queues.sends.resize(setup_.send_slots);
  queues.messages =
      shift.memory.allocate(receive_offset(queues, setup_.receive_slots), Backing::Bytes);
  if (build(shift, qp)) return qp;
  destroy_queue_pair(shift, qp);
  return std::nullopt;
}

bool Adapter::build(Shift& shift, rnic::QpId qp) {
  Queues& queues = queues_.at(qp);
  const std::uint32_t depth = setup_.parameters.cq_depth;
  if (!succeeds(shift, rnic::input::CreatePd{domain_of(qp)}) ||
      !succeeds(shift, rnic::input::CreateCq{send_queue_of(qp), depth}) ||
      !succeeds(shift, rnic::input::CreateCq{receive_queue_of(qp), depth})) {
    return false;
  }
  const auto made = verb(shift, rnic::input::CreateQp{.qp = qp,
                                                      .pd = domain_of(qp),
                                                      .send_cq = send_queue_of(qp),
                                                      .receive_cq = receive_queue_of(qp),
                                                      .max_send = std::uint32_t{setup_.send_slots} *
                                                                  kRequestsPerMessage,
                                                      .max_receive = setup_.receive_slots});
  if (made.status != rnic::VerbStatus::Success) return false;
  const VirtualAddress address{next_address_};
  const std::uint32_t size = receive_offset(queues, setup_.receive_slots);
  next_address_ += whole_pages(size);
  const auto registered = grant(shift, {.pd = domain_of(qp),
                                        .memory = {queues.messages, 0, size},
                                        .address = address,
                                        .access = {.local_write = true}});
  if (!registered) return false;
  queues.region = registered->region;
  queues.key = registered->key;
  queues.address = address;
  bool ready = succeeds(shift, rnic::input::ModifyQp{.qp = qp, .to = QpState::Init}) &&
               succeeds(shift, rnic::input::ArmCq{send_queue_of(qp)}) &&
               succeeds(shift, rnic::input::ArmCq{receive_queue_of(qp)});
  for (std::uint32_t slot = 0; ready && slot < setup_.receive_slots; ++slot) {
    ready = post_receive(shift, qp, slot);
  }
  if (ready) shift.answers.push_back(smclab::input::QpMade{queues.link, true, made.qpn});
  return ready;
}

void Adapter::move_queue_pair(Shift& shift, rnic::QpId qp, const action::MoveQp& move) {
  const RnicParameters& parameters = setup_.parameters;
  const bool ok = succeeds(
      shift, rnic::input::ModifyQp{.qp = qp,
                                   .to = move.to,
                                   .attributes = {.peer_gid = move.peer_gid,
                                                  .peer_mac = move.peer_mac,
                                                  .peer_qpn = move.peer_qpn,
                                                  .path_mtu = move.mtu,
                                                  .receive_psn = move.receive_psn,
                                                  .send_psn = move.send_psn,
                                                  .timeout = parameters.timeout,
                                                  .retry_count = parameters.retry_count,
                                                  .rnr_retry = parameters.rnr_retry,
                                                  .min_rnr_timer = parameters.min_rnr_timer}});
  shift.answers.push_back(smclab::input::QpMoved{move.link, move.to, ok});
}

void Adapter::destroy_queue_pair(Shift& shift, rnic::QpId qp) {
  // Also takes back a half-built one, of which some objects do not exist.
  succeeds(shift, rnic::input::DestroyQp{qp});
  succeeds(shift, rnic::input::DestroyCq{send_queue_of(qp)});
  succeeds(shift, rnic::input::DestroyCq{receive_queue_of(qp)});
  const Queues queues = queues_.at(qp);
  if (queues.region.assigned()) deregister(shift, queues.region);
  succeeds(shift, rnic::input::DestroyPd{domain_of(qp)});
  shift.memory.release(queues.messages);
  queues_.erase(qp);
}

std::optional<Registration> Adapter::register_buffer(Shift& shift, rnic::QpId qp,
                                                     const Region& region) {
  const bool writable = region.kind == action::BufferKind::Rmb;
  return grant(shift, {.pd = domain_of(qp),
                       .memory = region.memory,
                       .address = region.address,
                       .access = {.local_write = writable, .remote_write = writable}});
}

std::optional<Registration> Adapter::grant(Shift& shift, const rnic::input::RegisterMr& region) {
  rnic::input::RegisterMr request = region;
  const rnic::MemoryId memory = region.memory.memory;
  const bool writable = region.access.local_write;
  request.bytes = shift.memory.bytes(region.memory);
  request.mr = regions_.insert(Grant{memory, writable});
  const auto made = verb(shift, request);
  if (made.status != rnic::VerbStatus::Success) {
    regions_.erase(request.mr);
    return std::nullopt;
  }
  if (writable_.size() <= memory.value) writable_.resize(memory.value + std::size_t{1});
  if (writable) ++writable_[memory.value];
  return Registration{request.mr, made.key};
}

void Adapter::deregister(Shift& shift, rnic::MrId region) {
  const Grant grant = regions_.at(region);
  SMCLAB_CHECK(succeeds(shift, rnic::input::DeregisterMr{region}));
  if (grant.writable) --writable_[grant.memory.value];
  regions_.erase(region);
}

void Adapter::post_send(Shift& shift, rnic::QpId qp, RequestId request,
                        std::span<const std::byte> bytes) {
  Queues& queues = queues_.at(qp);
  const bool is_long = bytes.size() > kSendSlot && longest_send(queues) > kSendSlot;
  const auto first = is_long ? queues.sends.end() - 1 : queues.sends.begin();
  const auto free = std::find(first, queues.sends.end(), RequestId{0});
  bool posted = false;
  if (free != queues.sends.end()) {
    const auto offset = static_cast<std::uint32_t>(free - queues.sends.begin()) * kSendSlot;
    const std::size_t most = is_long ? longest_send(queues) : kSendSlot;
    const auto length = static_cast<std::uint32_t>(std::min(bytes.size(), most));
    std::copy_n(bytes.begin(), length,
                shift.memory.bytes({queues.messages, offset, length}).begin());
    rnic::SendRequest send{.work = request, .solicited = true, .sge_count = 1};
    send.sges[0] = {queues.key, {queues.address.value + offset}, length};
    *free = request;
    posted = succeeds(shift, rnic::input::PostSend{qp, send});
    if (!posted) *free = 0;
  }
  if (!posted && request != kForged) {
    shift.answers.push_back(
        smclab::input::SendDone{queues.link, request, CompletionStatus::NotPosted});
  }
}

void Adapter::post_write(Shift& shift, rnic::QpId qp, const rnic::SendRequest& write) {
  if (succeeds(shift, rnic::input::PostSend{qp, write})) return;
  shift.answers.push_back(
      smclab::input::SendDone{queues_.at(qp).link, write.work, CompletionStatus::NotPosted});
}

bool Adapter::post_receive(Shift& shift, rnic::QpId qp, rnic::WorkId slot) {
  const Queues& queues = queues_.at(qp);
  const VirtualAddress place{queues.address.value + receive_offset(queues, slot)};
  return succeeds(shift,
                  rnic::input::PostReceive{qp, slot, {queues.key, place, queues.receive_size}});
}

// --- what happens --------------------------------------------------------------------------------

void Adapter::seed(Shift& shift, const input::Entropy& entropy) {
  scratch_.outputs.clear();
  rnic_.handle(shift.now, entropy, scratch_.outputs);
}

void Adapter::set_port(Shift& shift, bool up) {
  scratch_.outputs.clear();
  rnic_.handle(shift.now, rnic::input::PortState{up}, scratch_.outputs);
  for (const rnic::Output& output : scratch_.outputs) absorb(shift, output, {});
}

void Adapter::receive(Shift& shift, const rnic::ReceivedFrame& frame) {
  scratch_.outputs.clear();
  rnic_.handle(shift.now, rnic::input::Frame{frame}, scratch_.outputs);
  for (const rnic::Output& output : scratch_.outputs) absorb(shift, output, frame.bytes);
  count_rnr(shift);
}

void Adapter::tick(Shift& shift) {
  scratch_.outputs.clear();
  rnic_.handle(shift.now, rnic::input::Tick{}, scratch_.outputs);
  for (const rnic::Output& output : scratch_.outputs) absorb(shift, output, {});
}

void Adapter::fail_queue_pairs(Shift& shift) {
  std::vector<rnic::QpId> all;
  queues_.for_each([&all](rnic::QpId qp, const Queues&) { all.push_back(qp); });
  for (const rnic::QpId qp : all) {
    if (!succeeds(shift, rnic::input::ModifyQp{.qp = qp, .to = QpState::Error})) continue;
    shift.answers.push_back(smclab::input::QpFailed{queues_.at(qp).link});
  }
}

void Adapter::absorb(Shift& shift, const rnic::Output& output, std::span<const std::byte> frame) {
  if (const auto* place = std::get_if<rnic::output::Place>(&output)) {
    // Invariant I6: whatever the RNIC was made to believe, it writes only where it may.
    const std::uint32_t memory = place->target.memory.value;
    SMCLAB_CHECK(memory < writable_.size() && writable_[memory] > 0);
    const auto target = shift.memory.bytes(place->target);
    if (target.empty()) return;
    SMCLAB_CHECK(frame.size() >= place->frame_offset + target.size());
    std::copy_n(frame.begin() + place->frame_offset, target.size(), target.begin());
  } else if (const auto* event = std::get_if<rnic::output::CompletionEvent>(&output)) {
    polls_.arm(shift.now + setup_.parameters.poll_delay, event->cq);
  } else if (const auto* async = std::get_if<rnic::output::AsyncEvent>(&output)) {
    tell_async(shift, *async);
  }
}

void Adapter::tell_async(Shift& shift, const rnic::output::AsyncEvent& event) {
  TraceRecord record{.at = shift.now, .object = TraceObject::QueuePair, .to = "fatal"};
  switch (event.kind) {
    case rnic::AsyncKind::PortUp:
    case rnic::AsyncKind::PortDown:
      return;
    case rnic::AsyncKind::CqOverflow:
      record.object = TraceObject::CompletionQueue;
      record.to = "overflow";
      record.index = event.cq.index;
      shift.out.trace(record);
      return;
    case rnic::AsyncKind::QpAccessError:
      record.to = "access_error";
      break;
    case rnic::AsyncKind::QpFatal:
      break;
  }
  const Queues* queues = queues_.find(event.qp);
  if (queues == nullptr) return;
  record.index = queues->link.index;
  record.generation = queues->link.generation;
  shift.out.trace(record);
  shift.answers.push_back(smclab::input::QpFailed{queues->link});
}

void Adapter::count_rnr(Shift& shift) {
  const rnic::Counters& counters = rnic_.counters();
  TraceRecord record{
      .at = shift.now, .object = TraceObject::QueuePair, .index = setup_.device.value, .to = "rnr"};
  for (; rnr_received_ < counters.rnr_naks_received; ++rnr_received_) {
    record.cause = "received";
    shift.out.trace(record);
  }
  for (; rnr_sent_ < counters.rnr_naks_sent; ++rnr_sent_) {
    record.cause = "sent";
    shift.out.trace(record);
  }
}

// --- completions ---------------------------------------------------------------------------------

std::optional<Adapter::Polled> Adapter::poll(Shift& shift) {
  if (shift.now < stalled_until_) return std::nullopt;
  for (;;) {
    if (!open_.assigned()) {
      const auto due = polls_.pop_due(shift.now);
      if (!due) return std::nullopt;
      open_ = *due;
      // Armed first, so that a completion that comes while we look is not missed.
      succeeds(shift, rnic::input::ArmCq{open_});
    }
    rnic::Completion completion;
    if (rnic_.poll(open_, std::span(&completion, 1)) == 0) {
      open_ = rnic::CqId{};
      continue;
    }
    if (const auto polled = told(shift, completion)) return polled;
  }
}

std::optional<Adapter::Polled> Adapter::told(Shift& shift, const rnic::Completion& completion) {
  Queues* queues = queues_.find(completion.qp);
  if (queues == nullptr) return std::nullopt;
  const LinkId link = queues->link;
  if (completion.status != CompletionStatus::Success) {
    shift.out.trace({.at = shift.now,
                     .object = TraceObject::QueuePair,
                     .index = link.index,
                     .generation = link.generation,
                     .to = "completion",
                     .cause = describe(completion.status),
                     .value = completion.work});
  }
  switch (completion.kind) {
    case rnic::CompletionKind::Receive:
    case rnic::CompletionKind::ReceiveWithImmediate: {
      if (completion.status != CompletionStatus::Success) return std::nullopt;
      const std::uint32_t offset = receive_offset(*queues, completion.work);
      return Polled{
          .input = smclab::input::Message{link, shift.memory.bytes(
                                                    {queues->messages, offset, completion.length})},
          .slot = completion.work,
          .qp = completion.qp};
    }
    case rnic::CompletionKind::Send: {
      const auto slot = std::find(queues->sends.begin(), queues->sends.end(), completion.work);
      if (slot != queues->sends.end()) *slot = 0;
      if (completion.work == kForged) return std::nullopt;
      break;
    }
    case rnic::CompletionKind::Write:
    case rnic::CompletionKind::Read:
      break;
  }
  return Polled{.input = smclab::input::SendDone{link, completion.work, completion.status}};
}

void Adapter::give_back(Shift& shift, const Polled& polled) {
  // The link may be gone by now, or its queue pair in error.
  if (polled.slot && queues_.find(polled.qp) != nullptr) {
    post_receive(shift, polled.qp, *polled.slot);
  }
}

std::optional<Instant> Adapter::deadline() const noexcept {
  auto earliest = rnic_.deadline();
  if (const auto poll = polls_.deadline()) {
    const Instant due = std::max(*poll, stalled_until_);
    if (!earliest || due < *earliest) earliest = due;
  }
  return earliest;
}

}  // namespace smclab::stack
