// SPDX-License-Identifier: MIT
//
// The stages of the program smclab-ns3: ns3, and no other. It plays scenario files with the code of
// `smclab run`, which knows its stages by this one function.
#include "emu/cli/stages.h"

#include "ns3-module/stage/ns3-stage.h"

namespace smclab::cli {

std::unique_ptr<scenario::Stage> make_stage(scenario::StageKind kind, std::string& missing) {
  if (kind == scenario::StageKind::Ns3) return std::make_unique<ns3_stage::Ns3Stage>();
  missing = "smclab-ns3 has the stage 'ns3' only; smclab has the others";
  return nullptr;
}

}  // namespace smclab::cli
