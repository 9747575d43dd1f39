// SPDX-License-Identifier: MIT
#include "emu/capture/conversation/likeness.h"

#include <optional>
#include <string_view>
#include <utility>

namespace smclab::capture {
namespace {

std::string head_of(const Said& said) {
  std::string text(said.type);
  if (said.response) text += " response";
  text += said.sender == Role::Client ? " of the client" : " of the server";
  return text;
}

/// Puts a name into words that are unique in its conversation.
class Naming {
 public:
  Naming(const Said& said, const Bounds& bounds)
      : group_("group" + std::to_string(bounds.group)),
        owner_(owner_of_keys(said) == Role::Client ? " client" : " server"),
        link_(std::to_string(bounds.link)) {}

  /// Fields are told in wire order, since some say what others are about.
  void see(const SaidField& field) {
    if (field.agreement == Agreement::Link) number_ = field.value;
    if (field.path == "gid") gid_ = field.value;
  }
  [[nodiscard]] std::string name(const SaidField& field) const {
    const std::string_view path = field.path;
    switch (field.agreement) {
      case Agreement::Equal:
      case Agreement::Nothing:
        break;
      case Agreement::Host: {
        const auto kind = path.starts_with("gid") || path == "client_target_gid" ? "gid" : path;
        return std::string(kind.substr(kind.rfind('.') + 1)) + " " + field.value;
      }
      case Agreement::QueuePair:
        return group_ + " qp " + gid_ + " " + field.value;
      case Agreement::Link:
        return group_ + " link " + field.value;
      case Agreement::Key:
        return group_ + owner_ + " link " + link_ + " key " + field.value + " life " +
               std::to_string(field.life);
      case Agreement::OtherKey:
        return group_ + owner_ + " number " + number_ + " key " + field.value;
    }
    return field.value;
  }

 private:
  std::string group_;
  std::string owner_;
  std::string link_;
  std::string number_;
  std::string gid_;
};

std::string disagree(const SaidField& a, const SaidField& b) {
  return a.path + " is " + a.value + " in A, " + b.value + " in B";
}

bool names_nothing_if_zero(Agreement agreement) {
  return agreement == Agreement::Host || agreement == Agreement::QueuePair;
}

// What differs in one field, or nothing.
std::optional<std::string> unlike_fields(const SaidField& a, const SaidField& b,
                                         const NamePair& called, Namesakes& names) {
  if (a.agreement == Agreement::Nothing) return std::nullopt;
  if (a.agreement == Agreement::Equal) {
    return a.value == b.value ? std::nullopt : std::optional(disagree(a, b));
  }
  if (names_nothing_if_zero(a.agreement)) {
    if (a.zero != b.zero) return disagree(a, b);
    if (a.zero) return std::nullopt;
  }
  if (names.match(called)) return std::nullopt;
  return disagree(a, b) + ", and these are not each other's elsewhere";
}

}  // namespace

std::vector<std::string> unlike(const Said& a, const Said& b, const Bounds& bounds,
                                Namesakes& names) {
  if (a.type != b.type || a.response != b.response || a.sender != b.sender) {
    return {head_of(a) + " in A, " + head_of(b) + " in B"};
  }
  std::vector<std::string> found;
  Naming naming_a(a, bounds);
  Naming naming_b(b, bounds);
  for (std::size_t i = 0; i < a.fields.size() && i < b.fields.size(); ++i) {
    const SaidField& field_a = a.fields[i];
    const SaidField& field_b = b.fields[i];
    if (field_a.path != field_b.path) {
      // From here on the two are built differently: what follows cannot be laid side by side.
      found.push_back(field_a.path + " follows in A, " + field_b.path + " in B");
      return found;
    }
    naming_a.see(field_a);
    naming_b.see(field_b);
    const NamePair called{naming_a.name(field_a), naming_b.name(field_b)};
    if (auto what = unlike_fields(field_a, field_b, called, names)) {
      found.push_back(std::move(*what));
    }
  }
  if (a.fields.size() == b.fields.size()) return found;
  const bool longer_a = a.fields.size() > b.fields.size();
  const auto& further = longer_a ? a.fields[b.fields.size()] : b.fields[a.fields.size()];
  found.push_back(further.path + " is in " + (longer_a ? "A only" : "B only"));
  return found;
}

}  // namespace smclab::capture
