// SPDX-License-Identifier: MIT
//
// One end of one connection, as a RealHost drives it: told what happened, asked for bytes, offered
// bytes, and asked for its wish. It neither blocks nor calls back, and does not know whether SMC-R
// or TCP carries its bytes. The Flows of a scenario are such applications, and so are the programs
// of the interoperability tests.
#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include "emu/scenario/flow.h"
#include "protocol/action.h"
#include "protocol/time.h"

namespace smclab::runtime {

/// How a connection came up: what carries it, and the diagnoses of a fallback.
struct Carriage {
  scenario::Transport transport = scenario::Transport::None;
  Diagnosis own = Diagnosis::None;
  Diagnosis peer = Diagnosis::None;
};

class Application {
 public:
  virtual ~Application() = default;
  /// connect() or accept() is done.
  virtual void on_connected(Instant now, const Carriage& carriage) = 0;
  /// Nothing comes behind what drain() was offered last.
  virtual void on_end_of_stream() = 0;
  /// The connection is gone; over TCP `why` is Orderly, LocalAbort or ResetByPeer.
  virtual void on_closed(Instant now, CloseReason why) = 0;
  /// One write: puts bytes into the room and says how many; 0 if it has nothing to say now.
  [[nodiscard]] virtual std::size_t fill(Instant now, std::span<std::byte> room) = 0;
  /// One read: takes bytes from the front and says how many; 0 if it does not read now.
  [[nodiscard]] virtual std::size_t drain(Instant now, std::span<const std::byte> bytes) = 0;
  /// Each wish is told once.
  [[nodiscard]] virtual scenario::Wish wish() = 0;
  /// When a pause of its own ends that had not ended at `now`, which is a time before it was asked
  /// last; nothing if it does not wait for time.
  [[nodiscard]] virtual std::optional<Instant> wakes_at(Instant now) const = 0;
  /// Nothing more will come of it.
  [[nodiscard]] virtual bool done() const = 0;
};

/// A scenario's Flow, which the run owns.
class FlowApplication final : public Application {
 public:
  explicit FlowApplication(scenario::Flow& flow) : flow_(flow) {}
  void on_connected(Instant now, const Carriage& carriage) override {
    flow_.on_connected(now, carriage.transport, carriage.own, carriage.peer);
  }
  void on_end_of_stream() override { flow_.on_end_of_stream(); }
  void on_closed(Instant now, CloseReason why) override { flow_.on_closed(now, why); }
  std::size_t fill(Instant now, std::span<std::byte> room) override {
    return flow_.fill(now, room);
  }
  std::size_t drain(Instant now, std::span<const std::byte> bytes) override {
    return flow_.drain(now, bytes);
  }
  scenario::Wish wish() override { return flow_.wish(); }
  [[nodiscard]] std::optional<Instant> wakes_at(Instant now) const override {
    return flow_.wakes_at(now);
  }
  [[nodiscard]] bool done() const override { return flow_.done(); }

 private:
  scenario::Flow& flow_;
};

}  // namespace smclab::runtime
