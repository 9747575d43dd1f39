// SPDX-License-Identifier: MIT
#include "emu/capture/listing/json.h"

#include <charconv>
#include <vector>

#include "emu/capture/listing/values.h"
#include "protocol/wire/dissect.h"
#include "protocol/wire/text.h"

namespace smclab::capture {
namespace {

/// The fields of a message as members of a JSON object that is already open. Sections become
/// objects, lists become arrays: of plain values where an entry is one value of the list's name.
class JsonFields final : public wire::FieldSink {
 public:
  explicit JsonFields(std::string& out) : out_(&out) { levels_.push_back({}); }

  void number(const wire::FieldPlace& place, wire::Form form, std::uint64_t value) override {
    key(place.name);
    if (form == wire::Form::Flag) {
      *out_ += value != 0 ? "true" : "false";
    } else if (form == wire::Form::Hex) {
      out_->push_back('"');
      append_hex(value, place.width, *out_);
      out_->push_back('"');
    } else {
      append_number(value, *out_);
    }
  }
  void bytes(const wire::FieldPlace& place, wire::Form form,
             std::span<const std::byte> value) override {
    key(place.name);
    out_->push_back('"');
    append_by_form(value, form, *out_);
    out_->push_back('"');
  }
  void constant(const wire::FieldPlace& place, std::uint64_t value) override {
    const bool is_eye_catcher = place.bit_count == 0 && place.width >= 4;
    number(place, is_eye_catcher ? wire::Form::Hex : wire::Form::Number, value);
  }
  void enter(const char* name, int index) override {
    const bool in_list = index >= 0;
    if (in_list && levels_.back().list == name) {
      out_->push_back(',');
    } else {
      key(name);
      if (in_list) {
        out_->push_back('[');
        levels_.back().list = name;
      }
    }
    levels_.push_back({});
    if (in_list) {
      levels_.back().entry_of = name;
    } else {
      levels_.back().is_open = true;
      out_->push_back('{');
    }
  }
  void leave() override {
    close_list();
    if (levels_.back().is_open) out_->push_back('}');
    levels_.pop_back();
  }
  /// The last call.
  void finish() { close_list(); }

 private:
  struct Level {
    std::string_view entry_of;  ///< name of the list that this is an entry of
    std::string_view list;      ///< name of the array that is open in this object
    bool any = false;
    bool is_open = false;  ///< as an object with braces of its own
  };

  void key(std::string_view name) {
    close_list();
    Level& level = levels_.back();
    if (!level.any && level.entry_of == name) return;
    if (level.any) {
      out_->push_back(',');
    } else if (!level.entry_of.empty()) {
      level.is_open = true;
      out_->push_back('{');
    }
    level.any = true;
    out_->push_back('"');
    *out_ += name;
    *out_ += "\":";
  }
  void close_list() {
    if (levels_.back().list.empty()) return;
    levels_.back().list = {};
    out_->push_back(']');
  }

  std::string* out_;
  std::vector<Level> levels_;
};

void member(std::string_view name, std::uint64_t value, std::string& out) {
  out += ",\"";
  out += name;
  out += "\":";
  append_number(value, out);
}

// Only for text that needs no escapes.
void member(std::string_view name, std::string_view value, std::string& out) {
  out += ",\"";
  out += name;
  out += "\":\"";
  out += value;
  out.push_back('"');
}

void flag(std::string_view name, bool value, std::string& out) {
  out += ",\"";
  out += name;
  out += value ? "\":true" : "\":false";
}

void append_ends(const SmcMessage& message, std::string& out) {
  out += ",\"src\":\"";
  append_address(message.source, out);
  out += "\",\"dst\":\"";
  append_address(message.destination, out);
  out.push_back('"');
  if (message.on_tcp()) {
    member("src_port", message.source_port, out);
    member("dst_port", message.destination_port, out);
    member("stream", message.stream, out);
    return;
  }
  member("qpn", message.qpn.value, out);
  member("psn", message.psn.value, out);
  flag("retransmission", message.retransmission, out);
  constexpr std::string_view kIcrc[] = {"ok", "bad", "unknown"};
  member("icrc", kIcrc[static_cast<std::size_t>(message.icrc)], out);
}

void append_fields(const SmcMessage& message, std::string& out) {
  out += ",\"fields\":{";
  JsonFields fields(out);
  std::visit(
      [&](const auto& content) {
        if constexpr (!std::is_same_v<std::remove_cvref_t<decltype(content)>, std::monostate>) {
          wire::dissect(content, message.bytes.size(), fields);
        }
      },
      message.content);
  fields.finish();
  out.push_back('}');
}

void fault_member(std::string_view name, const DecodeError& error, std::string& out) {
  out += ",\"";
  out += name;
  out += "\":\"";
  append_fault(error, out);
  out.push_back('"');
}

}  // namespace

void append_json_head(std::string_view capture, std::string& out) {
  out += "{\"schema_version\":";
  append_number(kSchemaVersion, out);
  out += ",\"capture\":\"";
  append_escaped(capture, out);
  out += "\"}\n";
}

void append_json(const SmcMessage& message, std::string& out) {
  out += "{\"frame\":";
  append_number(message.at.frame, out);
  out += ",\"time_ns\":";
  append_signed(message.at.time_ns, out);
  member("layer", name_of(message.layer), out);
  member("type", message.type, out);
  out += ",\"version\":";
  if (message.version) {
    append_number(*message.version, out);
  } else {
    out += "null";
  }
  flag("response", message.response, out);
  append_ends(message, out);
  append_fields(message, out);
  if (message.cut) flag("cut", true, out);
  if (message.error) fault_member("error", *message.error, out);
  if (message.warning) fault_member("warning", *message.warning, out);
  if (message.content.index() == 0) {
    out += ",\"bytes\":\"";
    out += wire::to_hex(message.bytes);
    out.push_back('"');
  }
  if (!message.comment.empty()) {
    out += ",\"comment\":\"";
    append_escaped(message.comment, out);
    out.push_back('"');
  }
  out += "}\n";
}

}  // namespace smclab::capture
