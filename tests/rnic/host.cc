// SPDX-License-Identifier: MIT
#include "tests/rnic/host.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace smclab::rnic {

Host::Host(const RnicConfig& config, std::uint64_t seed) : rnic(config), memory(kMemorySize) {
  const Instant start{};
  const auto expect = [&](const Input& input) {
    const auto done = tell(start, input);
    EXPECT_EQ(done.status, VerbStatus::Success);
    return done;
  };
  expect(input::Entropy{{seed, 2, 3, 4}});
  expect(input::CreatePd{pd});
  expect(input::CreateCq{send_cq, 1024});
  expect(input::CreateCq{receive_cq, 1024});
  key = expect(input::RegisterMr{mr, pd, {{}, 0, kMemorySize}, {kBase}, kAll}).key;
  qpn = expect(input::CreateQp{qp, pd, send_cq, receive_cq, 64, 64}).qpn;
}

output::VerbDone Host::tell(Instant now, const Input& input, std::span<const std::byte> frame) {
  outputs_.clear();
  rnic.handle(now, input, outputs_);
  output::VerbDone done;
  for (const Output& output : outputs_) {
    if (const auto* verb = std::get_if<output::VerbDone>(&output)) {
      EXPECT_EQ(&output, outputs_.data()) << "a verb's answer comes first";
      done = *verb;
    }
    carry_out(output, frame);
  }
  return done;
}

void Host::carry_out(const Output& output, std::span<const std::byte> frame) {
  if (const auto* place = std::get_if<output::Place>(&output)) {
    placed.push_back(*place);
    const MemorySlice& target = place->target;
    ASSERT_LE(target.offset + target.length, memory.size()) << "placed outside the memory";
    if (!backed) return;
    ASSERT_LE(place->frame_offset + target.length, frame.size()) << "placed more than came";
    const auto source = frame.subspan(place->frame_offset, target.length);
    std::copy(source.begin(), source.end(),
              bytes(static_cast<std::uint32_t>(target.offset), target.length).begin());
  }
  if (const auto* event = std::get_if<output::AsyncEvent>(&output)) events.push_back(*event);
  if (const auto* event = std::get_if<output::CompletionEvent>(&output))
    announced.push_back(event->cq);
}

std::vector<Completion> Host::completions() {
  std::vector<Completion> all;
  std::array<Completion, 3> some;
  for (const CqId cq : {send_cq, receive_cq}) {
    while (const std::size_t count = rnic.poll(cq, some)) {
      all.insert(all.end(), some.begin(), some.begin() + static_cast<long>(count));
    }
  }
  return all;
}

std::span<const std::byte> Host::gather(const MemorySlice& slice) const {
  EXPECT_LE(slice.offset + slice.length, memory.size()) << "gathered outside the memory";
  return std::span(memory).subspan(slice.offset, slice.length);
}

}  // namespace smclab::rnic
