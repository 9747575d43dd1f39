// SPDX-License-Identifier: MIT
#include "emu/cli/captures/compare.h"

#include <cstdio>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "emu/capture/conversation/comparison.h"
#include "emu/capture/dissection/dissector.h"
#include "emu/capture/listing/values.h"
#include "emu/cli/captures/capture_file.h"
#include "emu/cli/exit_code.h"

namespace smclab::cli {
namespace {

using capture::Comparison;
using capture::Conversation;
using capture::Difference;
using capture::Place;

constexpr int kSchemaVersion = 1;

void complain(const std::string& file, const std::string& reason) {
  std::fprintf(stderr, "smclab compare: %s: %s\n", file.c_str(), reason.c_str());
}

// A run's folder stands for the capture in it.
std::string capture_in(const std::string& name) {
  std::error_code ignored;
  if (!std::filesystem::is_directory(name, ignored)) return name;
  return (std::filesystem::path(name) / "run.pcapng").string();
}

tl::expected<Conversation, std::string> listen_to(const std::string& name) {
  auto file = CaptureFile::open(capture_in(name));
  if (!file) return tl::unexpected(file.error());
  capture::Listener listener;
  capture::Dissector dissector([&](const capture::SmcMessage& message) { listener.add(message); });
  while (const auto packet = file->next()) {
    if (dissector.frames() == 0) listener.start(packet->time_ns);
    dissector.add(*packet);
  }
  dissector.finish();
  if (!file->problem().empty()) return tl::unexpected(file->problem());
  return listener.finish();
}

std::string counted(std::size_t count, const char* thing) {
  return std::to_string(count) + " " + thing + (count == 1 ? "" : "s");
}

std::string told(const Difference& difference) {
  return "differs: " + difference.where + ": " + difference.what;
}

std::string agreement(const Comparison& comparison) {
  if (comparison.connections == 0 && comparison.links == 0) {
    return "same: there is no SMC-R conversation in either";
  }
  return "same: " + counted(comparison.connections, "connection") + " on " +
         counted(comparison.links, "link");
}

void print_text(const Comparison& comparison, bool all) {
  const auto show = [](const char* name, const std::optional<Place>& place) {
    std::printf("  %s %s\n", name, place ? place->line.c_str() : "       (nothing)");
  };
  if (comparison.same()) std::printf("%s\n", agreement(comparison).c_str());
  for (const Difference& difference : comparison.differences) {
    std::printf("%s\n", told(difference).c_str());
    show("A", difference.a);
    show("B", difference.b);
    if (all) continue;
    const std::size_t more = comparison.differences.size() - 1;
    if (more > 0) std::printf("  and %s, which --all tells\n", counted(more, "difference").c_str());
    break;
  }
  for (const std::string& note : comparison.notes) std::printf("  note: %s\n", note.c_str());
}

std::string quoted(const std::string& text) {
  std::string out = "\"";
  capture::append_escaped(text, out);
  out.push_back('"');
  return out;
}

std::string place_json(const std::optional<Place>& place) {
  if (!place) return "null";
  return "{\"frame\":" + std::to_string(place->at.frame) +
         ",\"time_ns\":" + std::to_string(place->at.time_ns) +
         ",\"message\":" + quoted(place->line) + "}";
}

std::string difference_json(const Difference& difference) {
  return "{\"where\":" + quoted(difference.where) + ",\"what\":" + quoted(difference.what) +
         ",\"a\":" + place_json(difference.a) + ",\"b\":" + place_json(difference.b) + "}";
}

template <class Item, class Show>
std::string list_json(const std::vector<Item>& items, const Show& show) {
  std::string out = "[";
  for (const Item& item : items) out += (out.size() > 1 ? "," : "") + show(item);
  return out + "]";
}

void print_json(const CompareArguments& arguments, const Comparison& comparison) {
  std::string out = "{\"schema_version\":" + std::to_string(kSchemaVersion);
  out += ",\"a\":" + quoted(arguments.a) + ",\"b\":" + quoted(arguments.b);
  out += comparison.same() ? ",\"same\":true" : ",\"same\":false";
  out += ",\"connections\":" + std::to_string(comparison.connections);
  out += ",\"links\":" + std::to_string(comparison.links) + ",\"difference\":";
  out += comparison.same() ? "null" : difference_json(comparison.first());
  if (arguments.all) {
    out += ",\"differences\":" + list_json(comparison.differences, difference_json);
  }
  out += ",\"notes\":" + list_json(comparison.notes, quoted);
  std::printf("%s}\n", out.c_str());
}

}  // namespace

int compare(const CompareArguments& arguments) {
  if (arguments.a == "-" && arguments.b == "-") {
    complain("-", "standard input can be one of the two only");
    return kUsage;
  }
  const auto a = listen_to(arguments.a);
  if (!a) complain(arguments.a, a.error());
  const auto b = listen_to(arguments.b);
  if (!b) complain(arguments.b, b.error());
  if (!a || !b) return kUsage;
  const Comparison comparison = capture::compare(*a, *b);
  if (arguments.json) {
    print_json(arguments, comparison);
  } else {
    print_text(comparison, arguments.all);
  }
  return comparison.same() ? kOk : kCheckFailed;
}

}  // namespace smclab::cli
