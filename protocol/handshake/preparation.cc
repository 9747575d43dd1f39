// SPDX-License-Identifier: MIT
#include "protocol/handshake/preparation.h"

#include "protocol/buffer/size_class.h"
#include "protocol/link/flow/activation.h"
#include "protocol/link/flow/rkey_flow.h"

namespace smclab::handshake {
namespace {

using enum Readiness::Kind;

Readiness denied(Diagnosis why) {
  return {Denied, why};
}

bool take(Context c, const Attempt& attempt, action::BufferKind kind, BufferId& id) {
  const Config& config = c.turn.config;
  const std::uint32_t bytes = kind == action::BufferKind::Rmb ? config.rmem : config.wmem;
  const auto taken = c.directory.pool.take(
      c.turn, {.group = attempt.group,
               .kind = kind,
               .size_code = class_for(bytes, config.limits.largest_size_code, config.widths)});
  if (taken) id = *taken;
  return taken.has_value();
}

bool in_use(Context c, BufferId id) {
  const Buffer* buffer = c.directory.pool.find(id);
  return buffer != nullptr && buffer->state.is({BufferState::InUse});
}

}  // namespace

Readiness Preparation::found_group(Context c, Attempt& attempt, const PeerId& peer_id) {
  const auto group = make_group(c.turn, c.directory,
                                {.role = attempt.role, .peer_id = peer_id, .terms = attempt.terms});
  if (!group) return denied(Diagnosis::Memory);
  c.directory.groups.at(*group).founder = attempt.conn;
  attempt.first_contact = true;
  step_ = Step::MakeLink;
  const LinkId link = make_link(c.turn, c.directory, *group, attempt.device);
  c.directory.links.at(link).peer = attempt.peer.link;  // as far as it is known
  join(c, attempt, {*group, link});
  return {};
}

Readiness Preparation::join_group(Context c, Attempt& attempt, const Place& place) {
  join(c, attempt, place);
  return take_buffers(c, attempt);
}

Readiness Preparation::take_buffers(Context c, Attempt& attempt) {
  step_ = Step::MakeBuffers;
  if (!take(c, attempt, action::BufferKind::Send, attempt.send_buffer) ||
      !take(c, attempt, action::BufferKind::Rmb, attempt.rmb)) {
    return denied(Diagnosis::Memory);
  }
  return look_at_buffers(c, attempt);
}

Readiness Preparation::look_at_buffers(Context c, Attempt& attempt) {
  if (!in_use(c, attempt.send_buffer) || !in_use(c, attempt.rmb)) return {};
  if (attempt.first_contact) return {Ready};
  step_ = Step::Announce;
  announce_rmb(c.turn, c.directory, attempt.rmb, attempt.conn);
  return {};
}

Readiness Preparation::on(Context c, Attempt& attempt, const LinkMade&) {
  return take_buffers(c, attempt);
}

Readiness Preparation::on(Context, Attempt&, const LinkLost&) {
  return denied(step_ == Step::MakeLink ? Diagnosis::Memory : Diagnosis::NoActiveLink);
}

Readiness Preparation::on(Context c, Attempt& attempt, const BufferReady&) {
  return step_ == Step::MakeBuffers ? look_at_buffers(c, attempt) : Readiness{};
}

Readiness Preparation::on(Context, Attempt&, const BufferDenied& event) {
  return denied(event.why);
}

Readiness Preparation::on(Context, Attempt&, const RkeyDone& event) {
  if (step_ != Step::Announce) return {};
  return event.ok ? Readiness{Ready} : denied(Diagnosis::RegistrationFailed);
}

Readiness Preparation::on(Context, Attempt&, const TimerFired&) {
  switch (step_) {
    case Step::MakeLink:
      return denied(Diagnosis::LinkNotReady);
    case Step::MakeBuffers:
      return denied(Diagnosis::Memory);
    case Step::Announce:
      return denied(Diagnosis::RegistrationFailed);
  }
  return {};
}

}  // namespace smclab::handshake
