// SPDX-License-Identifier: MIT
//
// A client's connections that begin one after the other and end one after the other, all of them
// open in between: what is said then has one order, whoever is faster (the kernel side's is
// tests/interop/lab/guest/turns.h). Connections are numbered from 0.
#pragma once

#include "emu/runtime/clock.h"
#include "protocol/time.h"

namespace smclab::interop {

class Turns {
 public:
  /// `pause` passes between two ends; in it both hosts say their goodbyes about the former.
  Turns(const runtime::Clock& clock, int count, Duration pause)
      : clock_(clock), count_(count), pause_(pause) {}

  /// One has exchanged all, or will never.
  void through() {
    ++through_;
    last_ = clock_.now();
  }
  [[nodiscard]] bool may_end(int number) const {
    return through_ == count_ && ended_ == number && clock_.now() >= last_ + pause_;
  }
  void ended() {
    ++ended_;
    last_ = clock_.now();
  }
  /// When one that may not end now asks again.
  [[nodiscard]] Instant later(Instant now) const { return now + pause_ / 10; }

 private:
  const runtime::Clock& clock_;
  int count_;
  Duration pause_;
  int through_ = 0;
  int ended_ = 0;
  Instant last_{};
};

}  // namespace smclab::interop
