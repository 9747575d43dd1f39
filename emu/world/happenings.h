// SPDX-License-Identifier: MIT
//
// What a World tells whoever runs it: trace records, news for applications, alarms, and frames
// for the capture. It appends; the runner looks after each step and clears.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "emu/world/lane.h"
#include "emu/world/parameters.h"
#include "protocol/action.h"
#include "protocol/trace.h"

namespace smclab::world {

enum class AppNews : std::uint8_t {
  Accepted,     ///< a connection arrived at a listening port; not usable yet
  Connected,    ///< it may write and read
  Readable,     ///< there is something to read
  Writable,     ///< there is room to write
  EndOfStream,  ///< nothing follows what is readable
  Closed,       ///< it is gone; the last news of a connection
  Refused,      ///< a request of the application was not carried out
};

struct AppEvent {
  HostId host;
  ConnId conn;
  AppNews news = AppNews::Readable;
  bool over_smc = false;                   ///< Connected: what carries the bytes
  Diagnosis own = Diagnosis::None;         ///< Connected over TCP: this side's reason
  Diagnosis peer = Diagnosis::None;        ///< Connected over TCP: what the peer's Decline said
  CloseReason why = CloseReason::Orderly;  ///< Closed
};

struct WorldRecord {
  HostId host;
  TraceRecord record;
};

/// A frame that was handed to a cable, as its sender made it.
struct WireFrame {
  Instant at;  ///< when its first bit left
  LaneId lane;
  HostId from;
  Fate fate = Fate::Arrives;
  std::uint32_t offset = 0;  ///< of its bytes in Happenings::bytes
  std::uint32_t length = 0;
  std::uint32_t unbacked = 0;
};

struct Happenings {
  std::vector<WorldRecord> records;
  std::vector<AppEvent> apps;
  std::vector<std::uint64_t> alarms;  ///< what World::wake_at() was given
  std::vector<HostId> resumed;        ///< hosts whose stall is over
  std::vector<WireFrame> frames;      ///< only with WorldParameters::capture
  std::vector<std::byte> bytes;       ///< of the frames

  void clear() noexcept {
    records.clear();
    apps.clear();
    alarms.clear();
    resumed.clear();
    frames.clear();
    bytes.clear();
  }
};

}  // namespace smclab::world
