// SPDX-License-Identifier: MIT
//
// The verbs of a Port, one function each.
#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <numeric>
#include <utility>

#include "emu/verbs/port.h"

namespace smclab::verbs {
namespace {

using rnic::VerbStatus;
using Done = rnic::output::VerbDone;

constexpr Done kUnknown{.status = VerbStatus::UnknownObject};
constexpr std::uint32_t kMostElements = 2;
// An LLC or CDC message of version 1; devices that cannot take it inline say so.
constexpr std::uint32_t kInline = 64;

// What is told of a verb that gave a null pointer.
Done failed() {
  return {.status = verb_status(errno == 0 ? ENOMEM : errno)};
}

// Removes an object that lives.
template <class Table, class Id>
Done destroy(Table& table, Id id) {
  if (table.find(id) == nullptr) return kUnknown;
  table.erase(id);
  return {};
}

}  // namespace

Done Port::carry_out(const rnic::input::CreatePd& verb) {
  if (const auto vacancy = domains_.vacancy(verb.pd); vacancy != VerbStatus::Success) {
    return {.status = vacancy};
  }
  Domain domain(ibv_alloc_pd(open_.context.get()));
  if (!domain) return failed();
  domains_.insert(verb.pd, std::move(domain));
  return {};
}

Done Port::carry_out(const rnic::input::DestroyPd& verb) {
  return destroy(domains_, verb.pd);
}

Done Port::carry_out(const rnic::input::CreateCq& verb) {
  if (verb.depth == 0) return {.status = VerbStatus::BadArgument};
  if (const auto vacancy = queues_.vacancy(verb.cq); vacancy != VerbStatus::Success) {
    return {.status = vacancy};
  }
  auto queue = std::make_unique<Queue>(Queue{.id = verb.cq, .queue = nullptr});
  queue->queue.reset(ibv_create_cq(open_.context.get(), static_cast<int>(verb.depth), queue.get(),
                                   channel_.get(), 0));
  if (!queue->queue) return failed();
  queues_.insert(verb.cq, std::move(queue));
  return {};
}

Done Port::carry_out(const rnic::input::DestroyCq& verb) {
  return destroy(queues_, verb.cq);
}

Done Port::carry_out(const rnic::input::ArmCq& verb) {
  const auto* queue = queues_.find(verb.cq);
  if (queue == nullptr) return kUnknown;
  return {.status = verb_status(ibv_req_notify_cq((*queue)->queue.get(), 0))};
}

Done Port::carry_out(const rnic::input::RegisterMr& verb) {
  const Domain* domain = domains_.find(verb.pd);
  if (domain == nullptr) return kUnknown;
  // A device needs bytes to read and write: lengths without bytes are for worlds.
  if (verb.bytes.empty()) return {.status = VerbStatus::BadArgument};
  if (const auto vacancy = memories_.vacancy(verb.mr); vacancy != VerbStatus::Success) {
    return {.status = vacancy};
  }
  Region region(ibv_reg_mr_iova(domain->get(), verb.bytes.data(), verb.bytes.size(),
                                verb.address.value, access_flags(verb.access)));
  if (!region) return failed();
  // Peers are told the rkey; where the two differ, local requests are given the lkey below.
  const bool remote = verb.access.remote_write || verb.access.remote_read;
  const Rkey key{remote ? region->rkey : region->lkey};
  keys_[key.value] = {region->lkey, verb.address.value, verb.bytes};
  memories_.insert(verb.mr, Memory{verb.mr, key, std::move(region)});
  return {.key = key};
}

Done Port::carry_out(const rnic::input::DeregisterMr& verb) {
  const Memory* memory = memories_.find(verb.mr);
  if (memory == nullptr) return kUnknown;
  keys_.erase(memory->key.value);
  return destroy(memories_, verb.mr);
}

Done Port::carry_out(const rnic::input::CreateQp& verb) {
  const Domain* domain = domains_.find(verb.pd);
  const auto* sends = queues_.find(verb.send_cq);
  const auto* receives = queues_.find(verb.receive_cq);
  if (domain == nullptr || sends == nullptr || receives == nullptr) return kUnknown;
  if (const auto vacancy = pairs_.vacancy(verb.qp); vacancy != VerbStatus::Success) {
    return {.status = vacancy};
  }
  if (verb.max_send == 0 || verb.max_receive == 0) return {.status = VerbStatus::BadArgument};
  auto pair = std::make_unique<Pair>(verb.qp, verb.max_send, verb.max_receive);
  ibv_qp_init_attr attributes{.qp_context = pair.get(),
                              .send_cq = (*sends)->queue.get(),
                              .recv_cq = (*receives)->queue.get(),
                              .cap = {.max_send_wr = verb.max_send,
                                      .max_recv_wr = verb.max_receive,
                                      .max_send_sge = kMostElements,
                                      .max_recv_sge = 1,
                                      .max_inline_data = kInline},
                              .qp_type = IBV_QPT_RC};
  pair->pair.reset(ibv_create_qp(domain->get(), &attributes));
  if (!pair->pair) {
    attributes.cap.max_inline_data = 0;
    pair->pair.reset(ibv_create_qp(domain->get(), &attributes));
  }
  if (!pair->pair) return failed();
  pair->max_inline = attributes.cap.max_inline_data;
  const Qpn number{pair->pair->qp_num};
  numbers_[number.value] = pair.get();
  pairs_.insert(verb.qp, std::move(pair));
  return {.qpn = number};
}

Done Port::carry_out(const rnic::input::ModifyQp& verb) {
  const auto* found = pairs_.find(verb.qp);
  if (found == nullptr) return kUnknown;
  Pair& pair = **found;
  if (verb.to == QpState::ReadyToReceive) pair.attributes = verb.attributes;
  Modification step = modification(verb.to, pair.attributes, open_.place);
  const int error = ibv_modify_qp(pair.pair.get(), &step.attributes, static_cast<int>(step.mask));
  if (error == 0 && verb.to == QpState::Reset) {
    pair.sends.forget_all();
    pair.receives.forget_all();
  }
  return {.status = verb_status(error), .qpn = {pair.pair->qp_num}};
}

Done Port::carry_out(const rnic::input::DestroyQp& verb) {
  const auto* pair = pairs_.find(verb.qp);
  if (pair == nullptr) return kUnknown;
  numbers_.erase((*pair)->pair->qp_num);
  return destroy(pairs_, verb.qp);
}

// --- work ----------------------------------------------------------------------------------------

ibv_sge Port::element(const rnic::Sge& sge) const {
  const auto known = keys_.find(sge.lkey.value);
  return {.addr = sge.address.value,
          .length = sge.length,
          .lkey = known == keys_.end() ? sge.lkey.value : known->second.lkey};
}

// Inline bytes are taken by the post itself, from where they lie in this program; so the device
// is spared a read, and checks no key. What lies outside of its region is left to the device to
// refuse.
bool Port::make_inline(std::span<ibv_sge> elements, const rnic::SendRequest& request,
                       const Pair& pair) const {
  std::uint64_t total = 0;
  for (const ibv_sge& element : elements) total += element.length;
  if (request.operation == rnic::Operation::Read || total > pair.max_inline) return false;
  std::array<ibv_sge, kMostElements> moved{};
  for (std::size_t i = 0; i < elements.size(); ++i) {
    const auto known = keys_.find(request.sges[i].lkey.value);
    if (known == keys_.end() || elements[i].addr < known->second.address) return false;
    const std::uint64_t offset = elements[i].addr - known->second.address;
    const auto& bytes = known->second.bytes;
    if (offset > bytes.size() || elements[i].length > bytes.size() - offset) return false;
    moved[i] = {.addr = std::bit_cast<std::uintptr_t>(bytes.data() + offset),
                .length = elements[i].length};
  }
  std::copy_n(moved.begin(), elements.size(), elements.begin());
  return true;
}

Done Port::carry_out(const rnic::input::PostSend& verb) {
  const auto* found = pairs_.find(verb.qp);
  if (found == nullptr) return kUnknown;
  Pair& pair = **found;
  const rnic::SendRequest& request = verb.request;
  if (pair.sends.full()) return {.status = VerbStatus::QueueFull};
  std::array<ibv_sge, kMostElements> room{};
  const auto elements =
      std::span(room).first(std::min<std::size_t>(request.sge_count, room.size()));
  std::transform(request.sges.begin(), request.sges.begin() + static_cast<int>(elements.size()),
                 elements.begin(), [this](const rnic::Sge& sge) { return element(sge); });
  ibv_send_wr work{.wr_id = pair.sends.next(),
                   .sg_list = elements.data(),
                   .num_sge = static_cast<int>(elements.size()),
                   .opcode = opcode(request.operation)};
  if (request.signaled) work.send_flags |= IBV_SEND_SIGNALED;
  if (request.solicited) work.send_flags |= IBV_SEND_SOLICITED;
  if (make_inline(elements, request, pair)) work.send_flags |= IBV_SEND_INLINE;
  work.imm_data = to_network(request.immediate);
  work.wr.rdma.remote_addr = request.remote.value;
  work.wr.rdma.rkey = request.rkey.value;
  ibv_send_wr* refused = nullptr;
  const int error = ibv_post_send(pair.pair.get(), &work, &refused);
  if (error == 0) pair.sends.add({request.work, completion_kind(request.operation)});
  return {.status = post_status(error)};
}

Done Port::carry_out(const rnic::input::PostReceive& verb) {
  const auto* found = pairs_.find(verb.qp);
  if (found == nullptr) return kUnknown;
  Pair& pair = **found;
  if (pair.receives.full()) return {.status = VerbStatus::QueueFull};
  ibv_sge place = element(verb.buffer);
  ibv_recv_wr work{.wr_id = pair.receives.next() | kReceiveBit, .sg_list = &place, .num_sge = 1};
  ibv_recv_wr* refused = nullptr;
  const int error = ibv_post_recv(pair.pair.get(), &work, &refused);
  if (error == 0) pair.receives.add({verb.work, rnic::CompletionKind::Receive});
  return {.status = post_status(error)};
}

}  // namespace smclab::verbs
