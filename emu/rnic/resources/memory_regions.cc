// SPDX-License-Identifier: MIT
#include "emu/rnic/resources/memory_regions.h"

namespace smclab::rnic {
namespace {

bool allows(const Access& access, Right right) {
  switch (right) {
    case Right::LocalRead:
      return true;
    case Right::LocalWrite:
      return access.local_write;
    case Right::RemoteRead:
      return access.remote_read;
    case Right::RemoteWrite:
      return access.remote_write;
  }
  return false;
}

bool sensible(const input::RegisterMr& verb) {
  if (verb.memory.length == 0) return false;
  if (verb.access.remote_write && !verb.access.local_write) return false;
  const std::uint64_t last = verb.memory.length - 1;
  return verb.address.value <= UINT64_MAX - last && verb.memory.offset <= UINT64_MAX - last;
}

}  // namespace

output::VerbDone MemoryRegions::add(const input::RegisterMr& verb, Chance& chance) {
  if (!chance.seeded()) return {.status = VerbStatus::BadState};
  if (!sensible(verb)) return {.status = VerbStatus::BadArgument};
  const VerbStatus vacancy = regions_.vacancy(verb.mr);
  if (vacancy != VerbStatus::Success) return {.status = vacancy};
  Rkey key;
  do {
    key.value = static_cast<std::uint32_t>(chance.draw(32));
  } while (key.value == 0 || keys_.find(key.value));
  keys_.insert(key.value, verb.mr.index);
  regions_.insert(verb.mr, MemoryRegion{verb.pd, verb.memory, verb.address, verb.access, key});
  return {.key = key};
}

std::optional<PdId> MemoryRegions::remove(MrId mr) {
  const MemoryRegion* region = regions_.find(mr);
  if (region == nullptr) return std::nullopt;
  const PdId pd = region->pd;
  keys_.erase(region->key.value);
  regions_.erase(mr);
  return pd;
}

std::optional<MemorySlice> MemoryRegions::check(const AccessRequest& wanted) const noexcept {
  const auto index = keys_.find(wanted.key.value);
  if (!index) return std::nullopt;
  const MemoryRegion& region = regions_.at(*index);
  if (region.pd != wanted.pd || !allows(region.access, wanted.right)) return std::nullopt;
  if (wanted.address < region.address) return std::nullopt;
  const std::uint64_t offset = wanted.address.value - region.address.value;
  if (offset > region.memory.length) return std::nullopt;
  if (wanted.length > region.memory.length - offset) return std::nullopt;
  return MemorySlice{region.memory.memory, region.memory.offset + offset, wanted.length};
}

}  // namespace smclab::rnic
