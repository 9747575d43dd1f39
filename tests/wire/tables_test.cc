// SPDX-License-Identifier: MIT
//
// Keeps docs/generated/wire.md equal to the field lists: the test writes the text and compares.
// With SMCLAB_UPDATE_GENERATED=1 in the environment it replaces the file instead.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>
#include <type_traits>

#include "protocol/wire/dissect.h"
#include "tests/wire/samples.h"
#include "tests/wire/tshark/wireshark_names.h"

namespace smclab::wire {
namespace {

constexpr const char* kFile = "docs/generated/wire.md";

/// A line of a message's table. A further column is a further member, filled in Rows and printed
/// by print_table().
struct Row {
  std::string offset;
  std::string width;
  std::string field;
  std::string kind;
  std::string wireshark;
};

std::string hexadecimal(std::uint64_t value) {
  std::ostringstream text;
  text << "0x" << std::hex << std::uppercase << value;
  return text.str();
}

/// Collects the rows of one message.
class Rows final : public FieldSink {
 public:
  Rows(const WiresharkNames& names, std::string message)
      : names_(&names), message_(std::move(message)) {}

  void number(const FieldPlace& place, Form form, std::uint64_t) override {
    add(place, form == Form::Flag ? "flag" : form == Form::Hex ? "number, shown as hex" : "number");
  }
  void bytes(const FieldPlace& place, Form form, std::span<const std::byte>) override {
    add(place, form == Form::Gid    ? "RoCE address"
               : form == Form::Mac  ? "MAC address"
               : form == Form::Ipv4 ? "IPv4 address"
               : form == Form::Text ? "text, padded"
                                    : "bytes");
  }
  void constant(const FieldPlace& place, std::uint64_t value) override {
    add(place, "always " + hexadecimal(value));
  }
  void reserved(const FieldPlace& place) override { add(place, "zero, ignored when read"); }
  void enter(const char* name, int index) override {
    parts_.push_back(index < 0 ? "" : std::string(name) + "[i]");
    path_.push_back(name);
  }
  void leave() override {
    parts_.pop_back();
    path_.pop_back();
  }

  std::vector<Row> rows;

 private:
  void add(const FieldPlace& place, const std::string& kind) {
    Row row{.offset = std::to_string(place.offset), .kind = kind};
    if (place.bit_count == 0) {
      row.width = std::to_string(place.width);
    } else {
      const std::size_t high = place.width * 8 - 1 - place.first_bit;
      const std::size_t low = high + 1 - place.bit_count;
      row.width = high == low ? "bit " + std::to_string(high)
                              : "bits " + std::to_string(high) + "-" + std::to_string(low);
    }
    const std::string part = parts_.empty() ? "" : parts_.back();
    const bool is_entry = part == std::string(place.name) + "[i]";
    row.field = is_entry || part.empty() ? part : part + ".";
    if (!is_entry) row.field += place.name;
    row.wireshark = names_->of(message_, path_of(place, is_entry));
    rows.push_back(row);
  }
  /// The field's path in `smclab decode --json`.
  [[nodiscard]] std::string path_of(const FieldPlace& place, bool is_entry) const {
    std::string path;
    for (const std::string& step : path_) path += (path.empty() ? "" : ".") + step;
    if (is_entry) return path;
    return path.empty() ? place.name : path + "." + place.name;
  }

  const WiresharkNames* names_;
  std::string message_;
  std::vector<std::string> parts_;
  std::vector<std::string> path_;
};

/// The message's type as `smclab decode` names it.
std::string type_of(const AnyMessage& message) {
  return std::visit(
      [](const auto& held) -> std::string {
        using T = std::remove_cvref_t<decltype(held)>;
        if constexpr (std::is_constructible_v<ClcMessage, T>) {
          return std::string(type_name(ClcMessage(held)));
        } else if constexpr (std::is_constructible_v<LlcMessage, T>) {
          return std::string(type_name(LlcMessage(held)));
        } else {
          return std::is_same_v<T, Cdc> ? "cdc" : "tcp_option";
        }
      },
      message);
}

void print_table(std::ostream& out, const Sample& sample, const WiresharkNames& names) {
  const std::size_t size = encoded_size(sample.message);
  Rows sink(names, type_of(sample.message));
  dissect(sample.message, size, sink);
  out << "\n## " << sample.title << "\n\n";
  out << size << " bytes.\n\n";
  out << "| offset | width | field | kind | in Wireshark |\n";
  out << "|---:|---|---|---|---|\n";
  for (const Row& row : sink.rows) {
    out << "| " << row.offset << " | " << row.width << " | `" << row.field << "` | " << row.kind
        << " | " << row.wireshark << " |\n";
  }
}

std::string document() {
  std::ostringstream out;
  out << "# SMC-R on the wire\n\n"
         "Written from the field lists in `protocol/wire` by `tests/wire/tables_test.cc`; run "
         "that\n"
         "test with `SMCLAB_UPDATE_GENERATED=1` to write it again. Offsets and widths are in "
         "bytes,\n"
         "bits are counted from the least significant one, numbers are big endian. A message is\n"
         "shown in each of its shapes, with one or two entries in a list: what lies behind a list\n"
         "moves with its length.\n\n"
         "Beside our names, which `smclab decode --json` uses, stand those of Wireshark 4.0. It "
         "takes\n"
         "some fields of SMC-Rv2 for reserved ones and dissects LLC v2 only where its length is "
         "big endian.\n";
  const WiresharkNames names;
  for (const Sample& sample : samples()) print_table(out, sample, names);
  return out.str();
}

TEST(Tables, DocumentIsCurrent) {
  const std::string text = document();
  const char* update = std::getenv("SMCLAB_UPDATE_GENERATED");
  if (update != nullptr && std::string(update) == "1") {
    std::ofstream(kFile, std::ios::binary) << text;
  }
  std::ifstream file(kFile, std::ios::binary);
  const std::string kept(std::istreambuf_iterator<char>(file), {});
  EXPECT_TRUE(kept == text) << kFile << " is not what the field lists say; write it again with "
                            << "SMCLAB_UPDATE_GENERATED=1";
}

}  // namespace
}  // namespace smclab::wire
