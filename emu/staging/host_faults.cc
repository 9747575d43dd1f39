// SPDX-License-Identifier: MIT
#include "emu/staging/host_faults.h"

#include <variant>

namespace smclab::staging {
namespace {

stack::Resource resource_of(scenario::Resource resource) {
  switch (resource) {
    case scenario::Resource::Buffer:
      return stack::Resource::Buffer;
    case scenario::Resource::Mr:
      return stack::Resource::Mr;
    case scenario::Resource::Qp:
      return stack::Resource::Qp;
    case scenario::Resource::QpMove:
      return stack::Resource::QpMove;
  }
  return stack::Resource::Buffer;
}

stack::Layer layer_of(scenario::Layer layer) {
  switch (layer) {
    case scenario::Layer::Clc:
      return stack::Layer::Clc;
    case scenario::Layer::Llc:
      return stack::Layer::Llc;
    case scenario::Layer::Cdc:
      return stack::Layer::Cdc;
  }
  return stack::Layer::Llc;
}

}  // namespace

std::optional<HostFault> host_fault(const scenario::FaultAction& action, Instant until) {
  if (const auto* deny = std::get_if<scenario::Deny>(&action)) {
    return HostFault{deny->host, stack::input::Deny{.resource = resource_of(deny->resource),
                                                    .first = deny->first,
                                                    .count = deny->count}};
  }
  if (const auto* fail = std::get_if<scenario::FailQp>(&action)) {
    return HostFault{fail->host, stack::input::FailQueuePairs{}};
  }
  if (const auto* stall = std::get_if<scenario::Stall>(&action)) {
    return HostFault{stall->host, stack::input::Stall{.until = until}};
  }
  if (const auto* inject = std::get_if<scenario::Inject>(&action)) {
    return HostFault{inject->host, stack::input::Inject{.layer = layer_of(inject->layer),
                                                        .bytes = inject->bytes}};
  }
  return std::nullopt;
}

bool touches_message(const scenario::FaultAction& action) noexcept {
  return std::holds_alternative<scenario::LoseMessage>(action) ||
         std::holds_alternative<scenario::PatchMessage>(action) ||
         std::holds_alternative<scenario::ReplaceMessage>(action);
}

std::vector<HostFault> message_faults(const scenario::Scenario& scenario) {
  std::vector<HostFault> faults;
  for (const scenario::FaultSpec& fault : scenario.faults) {
    const auto* trigger = std::get_if<scenario::OnEvent>(&fault.trigger);
    if (trigger == nullptr || !touches_message(fault.action)) continue;
    stack::input::Tamper tamper{.what = trigger->what, .nth = trigger->nth};
    if (const auto* patch = std::get_if<scenario::PatchMessage>(&fault.action)) {
      tamper.deed = stack::Deed::Patch;
      tamper.offset = patch->offset;
      tamper.bytes = patch->bytes;
    } else if (const auto* replace = std::get_if<scenario::ReplaceMessage>(&fault.action)) {
      tamper.deed = stack::Deed::Replace;
      tamper.bytes = replace->bytes;
    }
    faults.push_back({trigger->host, tamper});
  }
  return faults;
}

}  // namespace smclab::staging
