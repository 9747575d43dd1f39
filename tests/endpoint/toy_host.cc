// SPDX-License-Identifier: MIT
#include "tests/endpoint/toy_host.h"

#include <algorithm>

namespace smclab::test {

void ToyHost::fill(ConnId conn, const Bytes& bytes) {
  App& app = apps.at(conn);
  Bytes& ring = memories.at(app.send_buffer).bytes;
  for (const std::byte byte : bytes) ring[app.wrote++ % app.send_size] = byte;
}

void ToyHost::drain(ConnId conn, std::uint32_t length) {
  App& app = apps.at(conn);
  const Bytes& ring = memories.at(app.rmb).bytes;
  for (std::uint32_t i = 0; i < length; ++i) {
    app.received.push_back(ring[app.read++ % app.rmb_size]);
  }
}

Bytes ToyHost::gather(const action::PostWrite& write) const {
  const Bytes& ring = memories.at(write.buffer).bytes;
  const auto from = ring.begin() + write.offset;
  Bytes bytes(from, from + write.length);
  bytes.insert(bytes.end(), ring.begin(), ring.begin() + write.wrapped);
  return bytes;
}

bool ToyHost::place(LinkId link, Rkey rkey, VirtualAddress target, const Bytes& bytes) {
  for (auto& [id, memory] : memories) {
    const auto key = memory.keys.find(rkey.value);
    if (key == memory.keys.end() || key->second != link) continue;
    const std::uint64_t offset = target.value - address_of(id).value;
    if (offset + bytes.size() > memory.bytes.size()) return false;
    std::copy(bytes.begin(), bytes.end(),
              memory.bytes.begin() + static_cast<std::ptrdiff_t>(offset));
    return true;
  }
  return false;
}

std::size_t ToyHost::count(const Want& want) const {
  return static_cast<std::size_t>(
      std::count_if(trace.begin(), trace.end(), [&](const TraceRecord& record) {
        return record.event == want.event && (want.to.empty() || record.to == want.to) &&
               (want.cause.empty() || record.cause == want.cause);
      }));
}

std::vector<Bytes> ToyHost::posted(std::uint8_t type) const {
  std::vector<Bytes> found;
  for (const Bytes& message : messages) {
    if (message[0] == std::byte{type}) found.push_back(message);
  }
  return found;
}

}  // namespace smclab::test
