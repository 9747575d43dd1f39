// SPDX-License-Identifier: MIT
#include "emu/capture/conversation/said.h"

#include <algorithm>
#include <array>
#include <utility>

#include "emu/capture/listing/values.h"
#include "protocol/wire/dissect.h"
#include "protocol/wire/text.h"

namespace smclab::capture {
namespace {

struct Named {
  std::string_view field;
  Agreement agreement;
};

// Every field that is not in here has to be equal.
constexpr std::array kAgreements = {
    Named{"psn", Agreement::Nothing},
    Named{"alert_token", Agreement::Nothing},
    Named{"rmb_address", Agreement::Nothing},
    Named{"address", Agreement::Nothing},
    Named{"new_address", Agreement::Nothing},
    Named{"link_user_id", Agreement::Nothing},
    Named{"user_data", Agreement::Nothing},
    Named{"dmb_token", Agreement::Nothing},
    Named{"link_id", Agreement::Nothing},
    Named{"peer_id", Agreement::Host},
    Named{"gid", Agreement::Host},
    Named{"gids", Agreement::Host},
    Named{"gid_v2", Agreement::Host},
    Named{"client_target_gid", Agreement::Host},
    Named{"mac", Agreement::Host},
    Named{"subnet", Agreement::Host},
    Named{"prefix", Agreement::Host},
    Named{"host_name", Agreement::Host},
    Named{"seid", Agreement::Host},
    Named{"ism_gid", Agreement::Host},
    Named{"ism_gid_extension", Agreement::Host},
    Named{"qpn", Agreement::QueuePair},
    Named{"link_number", Agreement::Link},
    Named{"rkey", Agreement::Key},
    Named{"rkeys", Agreement::Key},
    Named{"reference_rkey", Agreement::Key},
    Named{"new_rkey", Agreement::OtherKey},
};

class Fields final : public wire::FieldSink {
 public:
  void number(const wire::FieldPlace& place, wire::Form form, std::uint64_t value) override {
    std::string text;
    if (form == wire::Form::Hex) {
      append_hex(value, place.width, text);
    } else {
      append_number(value, text);
    }
    add(place.name, std::move(text), value == 0);
  }
  void bytes(const wire::FieldPlace& place, wire::Form form,
             std::span<const std::byte> value) override {
    std::string text;
    append_by_form(value, form, text);
    add(place.name, std::move(text), std::all_of(value.begin(), value.end(), [](std::byte byte) {
          return byte == std::byte{};
        }));
  }
  void constant(const wire::FieldPlace& place, std::uint64_t value) override {
    number(place, wire::Form::Number, value);
  }
  void enter(const char* name, int index) override {
    std::string entry = name;
    if (index >= 0) {
      entry.push_back('[');
      append_number(static_cast<std::uint64_t>(index), entry);
      entry.push_back(']');
    }
    names_.push_back(name);
    path_.push_back(std::move(entry));
  }
  void leave() override {
    names_.pop_back();
    path_.pop_back();
  }

  std::vector<SaidField> fields;

 private:
  void add(std::string_view name, std::string text, bool zero) {
    // An entry that is one value bears the name of its list.
    const bool plain = !names_.empty() && names_.back() == name;
    std::string path;
    for (const std::string& entry : path_) path += entry + ".";
    if (plain) {
      path.pop_back();
    } else {
      path += name;
    }
    Agreement agreement = agreement_of(name);
    const bool of_others = !names_.empty() && names_.back() == "others";
    if (of_others && agreement == Agreement::Key) agreement = Agreement::OtherKey;
    fields.push_back({std::move(path), std::move(text), agreement, zero});
  }

  std::vector<std::string_view> names_;
  std::vector<std::string> path_;
};

}  // namespace

Agreement agreement_of(std::string_view field) noexcept {
  const auto found = std::find_if(kAgreements.begin(), kAgreements.end(),
                                  [&](const Named& named) { return named.field == field; });
  return found == kAgreements.end() ? Agreement::Equal : found->agreement;
}

bool is_about_keys(const Said& said) noexcept {
  return said.type == "confirm_rkey" || said.type == "confirm_rkey_continuation" ||
         said.type == "delete_rkey";
}

Role owner_of_keys(const Said& said) noexcept {
  const bool echo = said.response && is_about_keys(said);
  if (!echo) return said.sender;
  return said.sender == Role::Client ? Role::Server : Role::Client;
}

std::vector<SaidField> fields_of(const SmcMessage& message) {
  Fields sink;
  std::visit(
      [&](const auto& content) {
        if constexpr (!std::is_same_v<std::remove_cvref_t<decltype(content)>, std::monostate>) {
          wire::dissect(content, message.bytes.size(), sink);
        }
      },
      message.content);
  if (message.content.index() == 0) {
    sink.fields.push_back({"bytes", wire::to_hex(message.bytes), Agreement::Equal});
  }
  return std::move(sink.fields);
}

}  // namespace smclab::capture
