// SPDX-License-Identifier: MIT
#include "emu/cli/stages.h"

#include "emu/runtime/stage/emu_stage.h"
#include "emu/runtime/stage/verbs_stage.h"
#include "emu/world/stage/world_stage.h"

namespace smclab::cli {

using scenario::StageKind;

std::unique_ptr<scenario::Stage> make_stage(StageKind kind, std::string& missing) {
  switch (kind) {
    case StageKind::World:
      return std::make_unique<world::WorldStage>();
    case StageKind::Emu:
      return std::make_unique<runtime::EmuStage>();
    case StageKind::Verbs:
      return std::make_unique<runtime::VerbsStage>();
    case StageKind::Ns3:
      missing = "the stage 'ns3' is the program smclab-ns3's: say so by --stage ns3";
      return nullptr;
  }
  return nullptr;
}

}  // namespace smclab::cli
