// SPDX-License-Identifier: MIT
#include "emu/capture/listing/text.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "emu/capture/listing/values.h"
#include "protocol/wire/text.h"

namespace smclab::capture {
namespace {

// Fields that say how a message is laid out, or that the line's head has told already.
constexpr std::array<std::string_view, 16> kLayout = {
    "length",        "version",     "v2",           "response",       "ip_area_offset",
    "v2_offset",     "smcd_offset", "vendor_oui",   "vendor_options", "eid_count",
    "ism_gid_count", "gid_count",   "prefix_count", "rkey_count",     "feature_mask",
    "link_user_id"};

bool is_layout(std::string_view field) noexcept {
  return std::find(kLayout.begin(), kLayout.end(), field) != kLayout.end();
}

/// The fields of a message without its layout and without flags that are not set.
class TextFields final : public wire::TextSink {
 public:
  void number(const wire::FieldPlace& place, wire::Form form, std::uint64_t value) override {
    if (is_layout(place.name) || (form == wire::Form::Flag && value == 0)) return;
    TextSink::number(place, form, value);
  }
  void bytes(const wire::FieldPlace& place, wire::Form form,
             std::span<const std::byte> value) override {
    if (!is_layout(place.name)) TextSink::bytes(place, form, value);
  }
};

void pad(std::size_t start, std::size_t width, std::string& out) {
  const std::size_t size = out.size() - start;
  if (size < width) out.append(width - size, ' ');
}

void append_time(std::int64_t ns, std::string& out) {
  if (ns < 0) out.push_back('-');
  const auto whole = static_cast<std::uint64_t>(ns < 0 ? -ns : ns);
  append_number(whole / 1'000'000'000, out);
  out.push_back('.');
  std::string fraction;
  append_number(1'000'000'000 + whole % 1'000'000'000, fraction);
  out += fraction.substr(1);
}

void append_end(const IpAddress& address, std::uint16_t port, bool on_tcp, std::string& out) {
  const bool brackets = on_tcp && !address.is_v4();
  if (brackets) out.push_back('[');
  append_address(address, out);
  if (brackets) out.push_back(']');
  if (!on_tcp) return;
  out.push_back(':');
  append_number(port, out);
}

void append_head(const SmcMessage& message, std::int64_t start_ns, std::string& out) {
  const std::size_t frame_at = out.size();
  append_number(message.at.frame, out);
  const std::size_t digits = out.size() - frame_at;
  if (digits < 6) out.insert(frame_at, 6 - digits, ' ');
  out += "  ";
  append_time(message.at.time_ns - start_ns, out);
  out += "  ";
  const std::size_t ends_at = out.size();
  append_end(message.source, message.source_port, message.on_tcp(), out);
  out += " > ";
  append_end(message.destination, message.destination_port, message.on_tcp(), out);
  pad(ends_at, 34, out);
  out += "  ";
  const std::size_t layer_at = out.size();
  out += name_of(message.layer);
  pad(layer_at, 4, out);
  out.push_back(' ');
  out += message.type;
}

void append_queue_pair(const SmcMessage& message, std::string& out) {
  out += " qp=";
  append_number(message.qpn.value, out);
  out += " psn=";
  append_number(message.psn.value, out);
  if (message.retransmission) out += " RETRANSMISSION";
  if (message.icrc == IcrcStatus::Wrong) out += " BAD-ICRC";
  out += " |";  // the message's own qpn and psn are other ones
}

void append_content(const SmcMessage& message, std::string& out) {
  TextFields fields;
  std::visit(
      [&](const auto& content) {
        if constexpr (!std::is_same_v<std::remove_cvref_t<decltype(content)>, std::monostate>) {
          wire::dissect(content, message.bytes.size(), fields);
        }
      },
      message.content);
  if (!fields.text.empty()) out += " " + fields.text;
}

}  // namespace

void append_text(const SmcMessage& message, std::int64_t start_ns, std::string& out) {
  append_head(message, start_ns, out);
  if (message.version) {
    out += " v";
    append_number(*message.version, out);
  }
  if (message.layer == Layer::Llc) out += message.response ? " response" : " request";
  if (!message.on_tcp()) append_queue_pair(message, out);
  append_content(message, out);
  if (message.error) {
    out += message.cut ? " CUT " : " MALFORMED ";
    append_fault(*message.error, out);
  }
  if (message.warning) {
    out += " ODD ";
    append_fault(*message.warning, out);
  }
  out.push_back('\n');
  if (message.comment.empty()) return;
  out += "        # ";
  append_escaped(message.comment, out);
  out.push_back('\n');
}

}  // namespace smclab::capture
