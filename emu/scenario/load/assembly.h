// SPDX-License-Identifier: MIT
//
// Puts the blocks of a file together into a Scenario: gives defaults that depend on other blocks
// (addresses, path MTUs, ports of TCP), and complains where blocks contradict each other.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "emu/scenario/load/document.h"
#include "emu/scenario/load/drafts.h"
#include "emu/scenario/load/problems.h"
#include "emu/scenario/scenario.h"

namespace smclab::scenario {

class Assembly {
 public:
  explicit Assembly(Problems& problems) : problems_(problems) {}

  [[nodiscard]] Scenario& scenario() noexcept { return scenario_; }
  [[nodiscard]] std::uint32_t& version() noexcept { return version_; }
  [[nodiscard]] SmcDraft& smc() noexcept { return smc_; }

  void add_node(const std::string& name, const NodeDraft& draft);
  void add_link(const LinkDraft& draft, const Node& node);
  void add_to_pnet(const std::string& name, PortRef port, Place place);
  /// A workload that is not `good` keeps its place in the list and is looked at no further.
  void add_workload(const WorkloadDraft& draft, const Node& node, bool good);
  void add_fault(FaultDraft& draft, const Node& node);
  void add_check(const CheckDraft& draft, const Entry& entry);
  /// What can only be said when all is known.
  void finish();

 private:
  void complain(Place place, std::string message) { problems_.add(place, std::move(message)); }
  /// Complains of each key in `node` that goes with other choices than `chosen`.
  struct Belongs {
    std::string_view key;
    std::string_view choices;  ///< blank-separated
  };
  void check_company(const Node& node, std::string_view chosen, std::span<const Belongs> table);
  void check_workload(const WorkloadSpec& workload, const Node& node);
  [[nodiscard]] bool give_trigger(FaultDraft& draft, const Node& node, FaultSpec& fault);
  [[nodiscard]] bool give_action(FaultDraft& draft, const Node& node, FaultSpec& fault);
  [[nodiscard]] std::optional<OnEvent> event_of(const WhenDraft& when, const Node& node);
  [[nodiscard]] std::optional<FaultAction> action_of(FaultDraft& draft, const Node& node);
  [[nodiscard]] std::optional<FaultAction> link_change(FaultDraft& draft, const Node& node);

  // network.cc
  void give_networks();
  void give_path_mtus();
  void give_address(PortRef port, std::uint32_t network, std::uint32_t host);
  void check_addresses();
  [[nodiscard]] std::vector<std::vector<PortRef>> networks() const;
  [[nodiscard]] Device& device(PortRef port);
  [[nodiscard]] const RnicDraft& draft(PortRef port) const;

  Problems& problems_;
  Scenario scenario_;
  std::uint32_t version_ = 0;
  SmcDraft smc_;
  std::vector<std::vector<RnicDraft>> rnics_;  ///< as written, by node and RNIC
};

}  // namespace smclab::scenario
