// SPDX-License-Identifier: MIT
//
// Any bytes as a pcapng file, or as a packet of any link type: all of it is read, dissected and
// listed, as `smclab decode` does, and compared with itself, as `smclab compare` could.
#include <algorithm>
#include <array>
#include <string>

#include "emu/capture/conversation/comparison.h"
#include "emu/capture/dissection/dissector.h"
#include "emu/capture/dissection/encode_check.h"
#include "emu/capture/listing/json.h"
#include "emu/capture/listing/text.h"
#include "emu/capture/pcapng_reader.h"
#include "protocol/check.h"
#include "tests/fuzz/target.h"

namespace smclab::capture {
namespace {

/// Lists every message, as text or as JSON; a list that grew without bound would show as memory.
class Listing {
 public:
  explicit Listing(bool json) : json_(json) {}
  void add(const SmcMessage& message) {
    text_.clear();
    if (json_) {
      append_json(message, text_);
      SMCLAB_CHECK(text_.starts_with('{') && text_.ends_with("}\n"));
    } else {
      append_text(message, 0, text_);
      SMCLAB_CHECK(text_.ends_with('\n'));
    }
    static_cast<void>(encode_difference(message));
    listener_.add(message);
  }
  void finish() {
    const Conversation talk = listener_.finish();
    SMCLAB_CHECK(compare(talk, talk).same());
  }

 private:
  bool json_;
  std::string text_;
  Listener listener_;
};

void read_file(std::span<const std::byte> bytes, Dissector& dissector) {
  std::span<const std::byte> left = bytes;
  PcapngReader reader([&left](std::span<std::byte> room) {
    const std::size_t count = std::min(room.size(), left.size());
    std::copy_n(left.begin(), count, room.begin());
    left = left.subspan(count);
    return count;
  });
  while (const auto packet = reader.next()) dissector.add(*packet);
  SMCLAB_CHECK(reader.problem().find('\n') == std::string::npos);
}

void attack(std::span<const std::byte> bytes) {
  constexpr std::byte kPcapng{0x0A};
  constexpr std::array kLinkTypes = {
      LinkType::Null,    LinkType::Ethernet, LinkType::Loop,        LinkType::RawIp,
      LinkType::RawIpv4, LinkType::RawIpv6,  LinkType::LinuxCooked, LinkType::LinuxCooked2};
  // Either way for any content: a byte more at the end is read past.
  Listing listing(bytes.size() % 2 == 0);
  Dissector dissector([&listing](const SmcMessage& message) { listing.add(message); });
  if (bytes.empty()) return;
  if (bytes[0] == kPcapng) {
    read_file(bytes, dissector);
  } else {
    const LinkType type = kLinkTypes[std::to_integer<std::size_t>(bytes[0]) % kLinkTypes.size()];
    dissector.add({.link_type = type, .bytes = bytes.subspan(1)});
  }
  dissector.finish();
  listing.finish();
}

}  // namespace
}  // namespace smclab::capture

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  smclab::capture::attack(smclab::fuzz::bytes_of(data, size));
  return 0;
}
