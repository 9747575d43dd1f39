// SPDX-License-Identifier: MIT
//
// A port of an RDMA device as an RNIC of a Stack: the contract of emu/rnic on libibverbs. Rights
// are the least that work; a key opens exactly the bytes it was made for.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "emu/rnic/config.h"
#include "emu/rnic/resources/named_table.h"
#include "emu/runtime/device/device_port.h"
#include "emu/verbs/device_counters.h"
#include "emu/verbs/handles.h"
#include "emu/verbs/open_port.h"
#include "emu/verbs/posted_work.h"

namespace smclab::verbs {

class Port : public runtime::DevicePort {
 public:
  /// A port ready for use. The error is one sentence for the user.
  [[nodiscard]] static tl::expected<std::shared_ptr<Port>, std::string> make(OpenPort open);

  void handle(Instant now, const rnic::Input& input, rnic::Outputs& out) override;
  [[nodiscard]] std::size_t poll(rnic::CqId cq, std::span<rnic::Completion> out) override;
  [[nodiscard]] bool has_events() const noexcept override { return !events_.empty(); }
  [[nodiscard]] const rnic::Counters& counters() const noexcept override { return counted_.last(); }
  [[nodiscard]] bool counts(rnic::Counters::Which which) const noexcept override {
    return counted_.counts(which);
  }

  [[nodiscard]] const runtime::PortFacts& facts() const noexcept override { return open_.facts; }
  [[nodiscard]] std::vector<int> descriptors() const override;
  void collect() override;
  void count() override { counted_.look(); }
  [[nodiscard]] std::optional<bool> take_port_change() override;

 private:
  struct Memory {
    rnic::MrId id;
    Rkey key;
    Region region;
  };
  /// What a key stands for.
  struct Opened {
    std::uint32_t lkey = 0;
    std::uint64_t address = 0;
    std::span<std::byte> bytes;
  };
  // Devices point back at these two, so they stay where they are.
  struct Queue {
    rnic::CqId id;
    CompletionQueue queue;
  };
  struct Pair {
    Pair(rnic::QpId name, std::uint32_t max_send, std::uint32_t max_receive)
        : id(name), sends(max_send), receives(max_receive) {}
    rnic::QpId id;
    std::uint32_t max_inline = 0;
    rnic::QpAttributes attributes;
    PostedWork sends;
    PostedWork receives;
    QueuePair pair;
  };

  explicit Port(OpenPort open, Channel channel);

  using Done = rnic::output::VerbDone;
  Done carry_out(const rnic::input::CreatePd& verb);
  Done carry_out(const rnic::input::DestroyPd& verb);
  Done carry_out(const rnic::input::CreateCq& verb);
  Done carry_out(const rnic::input::DestroyCq& verb);
  Done carry_out(const rnic::input::RegisterMr& verb);
  Done carry_out(const rnic::input::DeregisterMr& verb);
  Done carry_out(const rnic::input::CreateQp& verb);
  Done carry_out(const rnic::input::ModifyQp& verb);
  Done carry_out(const rnic::input::DestroyQp& verb);
  Done carry_out(const rnic::input::PostSend& verb);
  Done carry_out(const rnic::input::PostReceive& verb);
  Done carry_out(const rnic::input::ArmCq& verb);

  [[nodiscard]] ibv_sge element(const rnic::Sge& sge) const;
  [[nodiscard]] bool make_inline(std::span<ibv_sge> elements, const rnic::SendRequest& request,
                                 const Pair& pair) const;
  [[nodiscard]] std::optional<rnic::Completion> completion(const ibv_wc& entry);
  void collect_completions();
  void collect_asynchronous();
  void note(const ibv_async_event& event);
  void tell_port(const std::optional<PortPlace>& place);

  // In the order in which they are made; destroyed in the reverse one.
  OpenPort open_;
  Channel channel_;
  rnic::NamedTable<Domain, rnic::PdId> domains_;
  rnic::NamedTable<Memory, rnic::MrId> memories_;
  rnic::NamedTable<std::unique_ptr<Queue>, rnic::CqId> queues_;
  rnic::NamedTable<std::unique_ptr<Pair>, rnic::QpId> pairs_;
  std::map<std::uint32_t, Opened> keys_;
  std::map<std::uint32_t, Pair*> numbers_;  // by queue pair number
  std::vector<rnic::Output> events_;        // since the last Tick
  std::optional<bool> port_change_;
  DeviceCounters counted_;
};

}  // namespace smclab::verbs
