// SPDX-License-Identifier: MIT
#include "protocol/buffer/rtokens.h"

#include <algorithm>

#include "protocol/check.h"

namespace smclab {

std::optional<PeerRmb> Rtokens::add(LinkId link, const Rtoken& token) {
  for (const Entry& entry : entries_) {
    if (entry.link == link && entry.token == token) return entry.rmb;
  }
  if (full()) return std::nullopt;
  // The entries are sorted, so the first number that is not met is free.
  PeerRmb rmb;
  auto place = entries_.begin();
  for (; place != entries_.end() && place->rmb <= rmb; ++place) {
    if (place->rmb == rmb) rmb.value = static_cast<std::uint8_t>(place->rmb.value + 1);
  }
  entries_.insert(place, {rmb, link, token});
  return rmb;
}

void Rtokens::add_link(PeerRmb rmb, LinkId link, const Rtoken& token) {
  auto place = entries_.begin();
  while (place != entries_.end() && place->rmb < rmb) ++place;
  SMCLAB_CHECK(place != entries_.end() && place->rmb == rmb);
  for (; place != entries_.end() && place->rmb == rmb; ++place) {
    if (place->link != link) continue;
    place->token = token;
    return;
  }
  entries_.insert(place, {rmb, link, token});
}

std::optional<Rtoken> Rtokens::find(PeerRmb rmb, LinkId link) const noexcept {
  for (const Entry& entry : entries_) {
    if (entry.rmb == rmb && entry.link == link) return entry.token;
  }
  return std::nullopt;
}

std::optional<PeerRmb> Rtokens::find(LinkId link, Rkey rkey) const noexcept {
  for (const Entry& entry : entries_) {
    if (entry.link == link && entry.token.rkey == rkey) return entry.rmb;
  }
  return std::nullopt;
}

bool Rtokens::erase(LinkId link, Rkey rkey) {
  const std::optional<PeerRmb> rmb = find(link, rkey);
  if (!rmb) return false;
  std::erase_if(entries_, [&](const Entry& entry) { return entry.rmb == *rmb; });
  return true;
}

void Rtokens::erase_link(LinkId link) {
  std::erase_if(entries_, [&](const Entry& entry) { return entry.link == link; });
}

std::size_t Rtokens::size() const noexcept {
  std::size_t count = 0;
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    if (i == 0 || entries_[i].rmb != entries_[i - 1].rmb) ++count;
  }
  return count;
}

}  // namespace smclab
