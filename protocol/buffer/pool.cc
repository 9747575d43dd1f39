// SPDX-License-Identifier: MIT
#include "protocol/buffer/pool.h"

#include <algorithm>

#include "protocol/buffer/buffer_machine.h"
#include "protocol/buffer/size_class.h"
#include "protocol/check.h"

namespace smclab {

std::optional<Rtoken> Buffer::key_on(LinkId link) const noexcept {
  for (const LinkKey& key : keys) {
    if (key.link == link) return key.token;
  }
  return std::nullopt;
}

Pool::Shelf& Pool::shelf(GroupId group) {
  if (group.index >= shelves_.size()) shelves_.resize(group.index + std::size_t{1});
  Shelf& shelf = shelves_[group.index];
  // The buffers an ended group leaves behind have owners, who release them by name.
  if (shelf.group != group) shelf = {group, {}, {}};
  return shelf;
}

const Pool::Shelf* Pool::find_shelf(GroupId group) const noexcept {
  if (group.index >= shelves_.size() || shelves_[group.index].group != group) return nullptr;
  return &shelves_[group.index];
}

std::uint32_t Pool::size_of(BufferId id) const noexcept {
  return size_of_class(buffers_.at(id).size_code, widths_);
}

std::uint32_t Pool::rmbs(GroupId group) const noexcept {
  const Shelf* shelf = find_shelf(group);
  if (shelf == nullptr) return 0;
  return static_cast<std::uint32_t>(std::count_if(
      shelf->buffers.begin(), shelf->buffers.end(),
      [this](BufferId id) { return buffers_.at(id).kind == action::BufferKind::Rmb; }));
}

std::optional<BufferId> Pool::find_free(const Wanted& wanted) const {
  const Shelf* shelf = find_shelf(wanted.group);
  if (shelf == nullptr) return std::nullopt;
  for (const BufferId id : shelf->buffers) {
    const Buffer& buffer = buffers_.at(id);
    const bool fits = buffer.kind == wanted.kind && buffer.size_code == wanted.size_code;
    if (fits && buffer.state.is({BufferState::Free})) return id;
  }
  return std::nullopt;
}

std::optional<LinkId> Pool::find_keyless(const Buffer& buffer) const noexcept {
  const Shelf* shelf = find_shelf(buffer.group);
  if (shelf == nullptr) return std::nullopt;
  const auto place = std::find_if(shelf->links.begin(), shelf->links.end(),
                                  [&](LinkId link) { return !buffer.key_on(link); });
  return place != shelf->links.end() ? std::optional(*place) : std::nullopt;
}

void Pool::open_link(Turn& turn, GroupId group, LinkId link) {
  Shelf& opened = shelf(group);
  opened.links.push_back(link);
  for (const BufferId id : opened.buffers) {
    const Buffer& buffer = buffers_.at(id);
    if (!buffer.state.is({BufferState::Registering, BufferState::InUse})) continue;
    turn.push(action::RegisterBuffer{id, link, buffer.kind});
  }
}

void Pool::close_link(Turn& turn, GroupId group, LinkId link) {
  Shelf& closed = shelf(group);
  std::erase(closed.links, link);
  if (closed.links.empty()) return;  // then there is nothing to be ready for
  for (const BufferId id : closed.buffers) {
    const Buffer& buffer = buffers_.at(id);
    if (!buffer.state.is({BufferState::Registering}) || find_keyless(buffer)) continue;
    feed(turn, id, BufferInput::Registered);
    turn.signal({.kind = SignalKind::BufferReady, .group = group, .buffer = id});
  }
}

bool Pool::has_keys(GroupId group, LinkId link) const noexcept {
  const Shelf* shelf = find_shelf(group);
  if (shelf == nullptr) return true;
  return std::all_of(shelf->buffers.begin(), shelf->buffers.end(), [&](BufferId id) {
    const Buffer& buffer = buffers_.at(id);
    return !buffer.state.is({BufferState::InUse}) || buffer.key_on(link);
  });
}

std::optional<BufferId> Pool::take(Turn& turn, const Wanted& wanted) {
  if (const auto id = find_free(wanted)) {
    feed(turn, *id, BufferInput::Taken);
    return id;
  }
  const bool is_rmb = wanted.kind == action::BufferKind::Rmb;
  if (is_rmb && rmbs(wanted.group) >= rmbs_per_group_) return std::nullopt;
  const BufferId id =
      buffers_.insert({.group = wanted.group, .kind = wanted.kind, .size_code = wanted.size_code});
  shelf(wanted.group).buffers.push_back(id);
  carry_out(turn, id, BufferEffect::Make);
  return id;
}

Progress Pool::handle_made(Turn& turn, const input::BufferMade& made) {
  Buffer* buffer = buffers_.find(made.buffer);
  if (buffer == nullptr || !buffer->state.is({BufferState::Making})) return Progress::Stale;
  if (made.ok) {
    feed(turn, made.buffer, BufferInput::Made);
  } else if (buffer->size_code > 0) {
    --buffer->size_code;
    feed(turn, made.buffer, BufferInput::Shrunk);
  } else {
    feed(turn, made.buffer, BufferInput::Denied);
    return Progress::Denied;
  }
  return Progress::Waits;
}

Progress Pool::handle_registered(Turn& turn, const input::BufferRegistered& registered) {
  Buffer* buffer = buffers_.find(registered.buffer);
  if (buffer == nullptr || buffer->state.is({BufferState::Making})) return Progress::Stale;
  const Shelf* shelf = find_shelf(buffer->group);
  const bool open = shelf != nullptr && std::find(shelf->links.begin(), shelf->links.end(),
                                                  registered.link) != shelf->links.end();
  if (!open) return Progress::Stale;
  if (registered.ok && !buffer->key_on(registered.link)) {
    buffer->keys.push_back({registered.link, {registered.rkey, registered.address}});
  }
  if (!buffer->state.is({BufferState::Registering})) return Progress::Stale;
  if (registered.ok && find_keyless(*buffer)) return Progress::Waits;
  feed(turn, registered.buffer, registered.ok ? BufferInput::Registered : BufferInput::Denied);
  return registered.ok ? Progress::Ready : Progress::Denied;
}

void Pool::mark_announced(BufferId id) {
  buffers_.at(id).peer_knows = true;
}

bool Pool::release(Turn& turn, BufferId id, bool peer_writes) {
  Buffer& buffer = buffers_.at(id);
  buffer.peer_writes = peer_writes && buffer.kind == action::BufferKind::Rmb;
  feed(turn, id, BufferInput::Released);
  const Buffer* left = buffers_.find(id);
  return left != nullptr && left->state.is({BufferState::Revoking});
}

void Pool::handle_revoked(Turn& turn, BufferId id, bool ok) {
  const Buffer* buffer = buffers_.find(id);
  if (buffer == nullptr || !buffer->state.is({BufferState::Revoking})) return;
  feed(turn, id, ok ? BufferInput::Revoked : BufferInput::NotRevoked);
}

void Pool::end_group(Turn& turn, GroupId group) {
  const Shelf* found = find_shelf(group);
  if (found == nullptr) return;
  const std::vector<BufferId> buffers = found->buffers;
  for (const BufferId id : buffers) {
    buffers_.at(id).group_over = true;
    feed(turn, id, BufferInput::GroupEnded);
  }
}

void Pool::forget_link(GroupId group, LinkId link) {
  const Shelf* found = find_shelf(group);
  if (found == nullptr) return;
  for (const BufferId id : found->buffers) {
    std::erase_if(buffers_.at(id).keys, [link](const LinkKey& key) { return key.link == link; });
  }
}

void Pool::feed(Turn& turn, BufferId id, BufferInput input) {
  Buffer& buffer = buffers_.at(id);
  machine::Facts<BufferFact> facts;
  facts.set(BufferFact::GroupOver, buffer.group_over);
  facts.set(BufferFact::PeerWrites, buffer.peer_writes);
  facts.set(BufferFact::PeerKnows, buffer.peer_knows);
  facts.set(BufferFact::KeyMissing, find_keyless(buffer).has_value());
  const auto step = kBufferMachine.step(buffer.state.get(), input, facts);
  SMCLAB_CHECK(step.verdict != machine::Verdict::Violation);
  buffer.state.become(step.to, describe(input), [&](auto from, auto to, auto why) {
    trace_state(turn, subject(TraceObject::Buffer, id),
                {.from = from, .to = to, .cause = why, .clause = "RFC 7609 §4.4"});
  });
  carry_out(turn, id, step.then);
  if (step.to != BufferState::Gone) return;
  if (find_shelf(buffer.group) != nullptr) std::erase(shelf(buffer.group).buffers, id);
  buffers_.erase(id);
}

void Pool::carry_out(Turn& turn, BufferId id, BufferEffect effect) {
  Buffer& buffer = buffers_.at(id);
  switch (effect) {
    case BufferEffect::None:
    case BufferEffect::Revoke:  // by the caller: it is an LLC exchange
      return;
    case BufferEffect::Make:
      return turn.push(
          action::MakeBuffer{id, buffer.kind, size_of_class(buffer.size_code, widths_)});
    case BufferEffect::Register:
      for (const LinkId link : shelf(buffer.group).links) {
        if (!buffer.key_on(link)) turn.push(action::RegisterBuffer{id, link, buffer.kind});
      }
      return;
    case BufferEffect::Zero:
      buffer.peer_knows = buffer.peer_writes = false;
      return turn.push(action::ZeroBuffer{id});
    case BufferEffect::Release:
      return turn.push(action::ReleaseBuffer{id});
  }
}

}  // namespace smclab
