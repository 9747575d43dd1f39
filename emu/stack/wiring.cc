// SPDX-License-Identifier: MIT
#include "emu/stack/wiring.h"

#include <algorithm>
#include <string_view>

#include "protocol/chance.h"
#include "protocol/check.h"

namespace smclab::stack {
namespace {

std::string_view describe(Resource resource) {
  switch (resource) {
    case Resource::Buffer:
      return "buffer";
    case Resource::Mr:
      return "mr";
    case Resource::Qp:
      return "qp";
    case Resource::QpMove:
      return "qp_move";
  }
  return "?";
}

}  // namespace

Wiring::Wiring(const Parameters& parameters, const ForeignNics& nics) : backed_(parameters.backed) {
  const Config& config = parameters.smc;
  for (std::size_t i = 0; i < config.devices.size(); ++i) {
    const Device& device = config.devices[i];
    const RnicParameters rnic =
        i < parameters.rnics.size() ? parameters.rnics[i] : RnicParameters{};
    const Adapter::Setup setup{
        .device = {static_cast<std::uint8_t>(i)},
        .rnic = {.gid = device.gid, .mac = device.mac, .max_mtu = device.mtu, .port_up = device.up},
        .parameters = rnic,
        .send_slots = config.limits.send_slots_per_link,
        .receive_slots = config.limits.receive_slots_per_link};
    adapters_.emplace_back(setup, i < nics.size() ? nics[i] : nullptr);
  }
}

// --- links ---------------------------------------------------------------------------------------

Wiring::LinkPlace* Wiring::find(LinkId link) noexcept {
  if (link.index >= links_.size()) return nullptr;
  LinkPlace& place = links_[link.index];
  return place.link == link && place.qp.assigned() ? &place : nullptr;
}

void Wiring::carry_out(Instant now, const action::MakeQp& make, Outputs& out) {
  Adapter* device = adapter(make.device);
  std::optional<rnic::QpId> qp;
  Shift work = shift(now, out);
  if (device != nullptr && !denied(now, Resource::Qp, out)) {
    qp = device->make_queue_pair(work, make);
  }
  if (!qp) {
    scratch_.answers.push_back(smclab::input::QpMade{make.link, false, {}});
    return;
  }
  if (links_.size() <= make.link.index) links_.resize(make.link.index + std::size_t{1});
  links_[make.link.index] = {make.link, make.device, *qp, ++next_serial_};
}

void Wiring::carry_out(Instant now, const action::MoveQp& move, Outputs& out) {
  LinkPlace* place = find(move.link);
  if (place == nullptr || denied(now, Resource::QpMove, out)) {
    scratch_.answers.push_back(smclab::input::QpMoved{move.link, move.to, false});
    return;
  }
  Shift work = shift(now, out);
  adapter(place->device)->move_queue_pair(work, place->qp, move);
}

void Wiring::carry_out(Instant now, const action::DestroyQp& destroy, Outputs& out) {
  LinkPlace* place = find(destroy.link);
  if (place == nullptr) return;
  Shift work = shift(now, out);
  Adapter& device = *adapter(place->device);
  for (BufferPlace& buffer : buffers_) {
    const auto of_link = [&](const OnLink& on) {
      if (on.link != destroy.link) return false;
      device.deregister(work, on.region);
      return true;
    };
    std::erase_if(buffer.links, of_link);
  }
  device.destroy_queue_pair(work, place->qp);
  place->qp = rnic::QpId{};
}

std::optional<LinkId> Wiring::newest_link() const noexcept {
  const LinkPlace* newest = nullptr;
  for (const LinkPlace& place : links_) {
    if (place.qp.assigned() && (newest == nullptr || place.serial > newest->serial)) {
      newest = &place;
    }
  }
  return newest == nullptr ? std::nullopt : std::optional(newest->link);
}

// --- buffers -------------------------------------------------------------------------------------

Wiring::BufferPlace* Wiring::find(BufferId buffer) noexcept {
  if (buffer.index >= buffers_.size()) return nullptr;
  BufferPlace& place = buffers_[buffer.index];
  return place.buffer == buffer && place.size > 0 ? &place : nullptr;
}

std::optional<rnic::MemoryId> Wiring::memory_of(BufferId buffer) const noexcept {
  if (buffer.index >= buffers_.size()) return std::nullopt;
  const BufferPlace& place = buffers_[buffer.index];
  return place.buffer == buffer && place.size > 0 ? std::optional(place.memory) : std::nullopt;
}

void Wiring::carry_out(Instant now, const action::MakeBuffer& make, Outputs& out) {
  const bool ok = !denied(now, Resource::Buffer, out);
  scratch_.answers.push_back(smclab::input::BufferMade{make.buffer, ok});
  if (!ok) return;
  if (buffers_.size() <= make.buffer.index) buffers_.resize(make.buffer.index + std::size_t{1});
  BufferPlace& place = buffers_[make.buffer.index];
  SMCLAB_CHECK(place.size == 0);
  place.buffer = make.buffer;
  place.size = make.size;
  place.memory = memory_.allocate(make.size, backed_ ? Backing::Bytes : Backing::Lengths);
  place.address = {next_address_};
  next_address_ += whole_pages(make.size);
}

void Wiring::carry_out(Instant now, const action::RegisterBuffer& request, Outputs& out) {
  BufferPlace* buffer = find(request.buffer);
  LinkPlace* link = find(request.link);
  std::optional<Registration> registration;
  if (buffer != nullptr && link != nullptr && !denied(now, Resource::Mr, out)) {
    Shift work = shift(now, out);
    registration = adapter(link->device)
                       ->register_buffer(work, link->qp,
                                         {.memory = {buffer->memory, 0, buffer->size},
                                          .address = buffer->address,
                                          .kind = request.kind});
  }
  smclab::input::BufferRegistered answer{.buffer = request.buffer, .link = request.link};
  if (registration) {
    buffer->links.push_back({request.link, link->device, registration->region, registration->key});
    answer.ok = true;
    answer.rkey = registration->key;
    answer.address = buffer->address;
  }
  scratch_.answers.push_back(answer);
}

void Wiring::carry_out(Instant, const action::ZeroBuffer& zero, Outputs&) {
  if (const BufferPlace* place = find(zero.buffer)) memory_.zero(place->memory);
}

void Wiring::carry_out(Instant now, const action::ReleaseBuffer& release, Outputs& out) {
  BufferPlace* place = find(release.buffer);
  if (place == nullptr) return;
  Shift work = shift(now, out);
  for (const OnLink& on : place->links) adapter(on.device)->deregister(work, on.region);
  memory_.release(place->memory);
  place->links.clear();
  place->size = 0;
}

// --- requests ------------------------------------------------------------------------------------

void Wiring::carry_out(Instant now, const action::PostWrite& write, Outputs& out) {
  const BufferPlace* buffer = find(write.buffer);
  const LinkPlace* link = find(write.link);
  const OnLink* on = nullptr;
  if (buffer != nullptr && link != nullptr) {
    for (const OnLink& candidate : buffer->links) {
      if (candidate.link == write.link) on = &candidate;
    }
  }
  if (on == nullptr) {
    scratch_.answers.push_back(
        smclab::input::SendDone{write.link, write.request, CompletionStatus::NotPosted});
    return;
  }
  rnic::SendRequest request{.work = write.request,
                            .operation = rnic::Operation::Write,
                            .signaled = false,
                            .rkey = write.rkey,
                            .remote = write.target};
  const std::uint64_t start = buffer->address.value;
  request.sges[request.sge_count++] = {on->key, {start + write.offset}, write.length};
  if (write.wrapped > 0) request.sges[request.sge_count++] = {on->key, {start}, write.wrapped};
  Shift work = shift(now, out);
  adapter(link->device)->post_write(work, link->qp, request);
}

void Wiring::carry_out(Instant now, const Message& message, Outputs& out) {
  const LinkPlace* link = find(message.link);
  if (link != nullptr) {
    Shift work = shift(now, out);
    adapter(link->device)->post_send(work, link->qp, message.request, message.bytes);
  } else if (message.request != Adapter::kForged) {
    scratch_.answers.push_back(
        smclab::input::SendDone{message.link, message.request, CompletionStatus::NotPosted});
  }
}

// --- what happens --------------------------------------------------------------------------------

Adapter* Wiring::adapter(DeviceId device) noexcept {
  return device.value < adapters_.size() ? &adapters_[device.value] : nullptr;
}

const Adapter* Wiring::adapter(DeviceId device) const noexcept {
  return device.value < adapters_.size() ? &adapters_[device.value] : nullptr;
}

void Wiring::seed(Instant now, const input::Entropy& entropy, Outputs& out) {
  // Each RNIC draws its keys from a stream of its own.
  Chance chance;
  chance.stir(entropy.words);
  Shift work = shift(now, out);
  for (Adapter& device : adapters_) {
    input::Entropy share;
    for (std::uint64_t& word : share.words) word = chance.draw(64);
    device.seed(work, share);
  }
}

void Wiring::set_port(Instant now, const input::PortState& port, Outputs& out) {
  Shift work = shift(now, out);
  if (Adapter* device = adapter(port.device)) device->set_port(work, port.up);
}

void Wiring::receive(Instant now, const input::Frame& frame, Outputs& out) {
  Shift work = shift(now, out);
  if (Adapter* device = adapter(frame.device)) device->receive(work, frame.frame);
}

void Wiring::tick(Instant now, Outputs& out) {
  Shift work = shift(now, out);
  for (Adapter& device : adapters_) {
    const auto due = device.rnic().deadline();
    if (due && *due <= now) device.tick(work);
  }
}

void Wiring::fail_queue_pairs(Instant now, Outputs& out) {
  Shift work = shift(now, out);
  for (Adapter& device : adapters_) device.fail_queue_pairs(work);
}

void Wiring::stall(Instant until) noexcept {
  for (Adapter& device : adapters_) device.stall(until);
}

// --- shortages -----------------------------------------------------------------------------------

void Wiring::deny(const input::Deny& deny) {
  if (deny.count == 0) return;
  denials_.push_back({deny.resource, std::max(deny.first, 1U) - 1, deny.count});
}

bool Wiring::denied(Instant now, Resource resource, Outputs& out) {
  bool refused = false;
  for (Denial& denial : denials_) {
    if (denial.resource != resource) continue;
    if (denial.skip > 0) {
      --denial.skip;
    } else {
      --denial.left;
      refused = true;
    }
  }
  if (!refused) return false;
  std::erase_if(denials_, [](const Denial& denial) { return denial.left == 0; });
  out.trace({.at = now, .object = TraceObject::Host, .to = "denied", .cause = describe(resource)});
  return true;
}

// --- answers -------------------------------------------------------------------------------------

std::optional<smclab::Input> Wiring::next(Instant now, Outputs& out) {
  if (scratch_.next < scratch_.answers.size()) return scratch_.answers[scratch_.next++];
  scratch_.answers.clear();
  scratch_.next = 0;
  Shift work = shift(now, out);
  for (std::size_t i = 0; i < adapters_.size(); ++i) {
    scratch_.polled = adapters_[i].poll(work);
    if (!scratch_.polled) continue;
    scratch_.adapter = i;
    return scratch_.polled->input;
  }
  return std::nullopt;
}

void Wiring::done(Instant now, Outputs& out) {
  if (!scratch_.polled) return;
  Shift work = shift(now, out);
  adapters_[scratch_.adapter].give_back(work, *scratch_.polled);
  scratch_.polled.reset();
}

}  // namespace smclab::stack
