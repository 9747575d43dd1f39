// SPDX-License-Identifier: MIT
//
// The verbs that make, change and destroy objects. Each checks everything before it changes
// anything, so a refused verb leaves no trace.
#pragma once

#include "emu/rnic/device.h"

namespace smclab::rnic {

[[nodiscard]] output::VerbDone carry_out(Device& device, const input::CreatePd& verb, Step step);
[[nodiscard]] output::VerbDone carry_out(Device& device, const input::DestroyPd& verb, Step step);
[[nodiscard]] output::VerbDone carry_out(Device& device, const input::CreateCq& verb, Step step);
[[nodiscard]] output::VerbDone carry_out(Device& device, const input::DestroyCq& verb, Step step);
[[nodiscard]] output::VerbDone carry_out(Device& device, const input::ArmCq& verb, Step step);
[[nodiscard]] output::VerbDone carry_out(Device& device, const input::RegisterMr& verb, Step step);
[[nodiscard]] output::VerbDone carry_out(Device& device, const input::DeregisterMr& verb,
                                         Step step);
[[nodiscard]] output::VerbDone carry_out(Device& device, const input::CreateQp& verb, Step step);
[[nodiscard]] output::VerbDone carry_out(Device& device, const input::ModifyQp& verb, Step step);
[[nodiscard]] output::VerbDone carry_out(Device& device, const input::DestroyQp& verb, Step step);
[[nodiscard]] output::VerbDone carry_out(Device& device, const input::PostSend& verb, Step step);
[[nodiscard]] output::VerbDone carry_out(Device& device, const input::PostReceive& verb, Step step);

}  // namespace smclab::rnic
