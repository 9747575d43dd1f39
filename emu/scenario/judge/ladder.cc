// SPDX-License-Identifier: MIT
#include "emu/scenario/judge/ladder.h"

#include <algorithm>
#include <string_view>

#include "emu/scenario/load/units.h"

namespace smclab::scenario {
namespace {

// The characters of a ladder; one column each.
struct Strokes {
  std::string_view pole, out_right, out_left, in_right, in_left, line, dot, times;
};
constexpr Strokes kUnicode = {"│", "├", "┤", "▶", "◀", "─", "·", "×"};
constexpr Strokes kAscii = {"|", "|", "|", ">", "<", "-", ".", "x"};

constexpr std::string_view kReset = "\x1b[0m";
constexpr std::string_view kGrey = "\x1b[2m";
constexpr std::string_view kRed = "\x1b[31m";
constexpr std::string_view kCyan = "\x1b[36m";

// Columns a text takes: UTF-8 characters, of which none here is wide.
std::size_t columns(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

std::string repeat(std::string_view piece, std::size_t times) {
  std::string text;
  for (std::size_t i = 0; i < times; ++i) text += piece;
  return text;
}

// At most `most` columns of a text.
std::string cut(std::string_view text, std::size_t most) {
  std::string shown(text);
  while (columns(shown) > most) {
    while ((static_cast<unsigned char>(shown.back()) & 0xC0U) == 0x80U) shown.pop_back();
    shown.pop_back();
  }
  return shown;
}

// Milliseconds with microseconds, right-aligned: what a handshake is measured in.
std::string clock(Instant at) {
  const auto us = std::chrono::duration_cast<std::chrono::microseconds>(at.time_since_epoch());
  const std::string fraction = std::to_string(1'000 + us.count() % 1'000).substr(1);
  const std::string text = std::to_string(us.count() / 1'000) + "." + fraction + " ms";
  return std::string(text.size() < 13 ? 13 - text.size() : 0, ' ') + text;
}

// Objects whose states follow from the messages beside them.
bool is_inner(TraceObject object) {
  return object == TraceObject::Buffer || object == TraceObject::Handshake ||
         object == TraceObject::LlcFlow;
}

class Painter {
 public:
  Painter(const Scenario& scenario, const LadderStyle& style)
      : scenario_(scenario),
        style_(style),
        strokes_(style.unicode ? kUnicode : kAscii),
        inner_(std::max(style.width, 50U) - 19) {}

  void head() {
    const std::string& left = scenario_.nodes[style_.left].name;
    const std::string& right = scenario_.nodes[style_.right].name;
    // The names stand over their poles, which are inner_ + 1 columns apart.
    const std::size_t gap =
        inner_ + 2 > left.size() + right.size() ? inner_ + 2 - left.size() - right.size() : 1;
    text_ += std::string(16, ' ') + left + std::string(gap, ' ') + right + "\n";
  }

  void add(const HostRecord& record) {
    if (record.host != style_.left && record.host != style_.right) return;
    const TraceRecord& r = record.record;
    if (r.event == TraceEvent::Sends && r.to == "cdc") return count_cdc(record);
    // The other end of an arrow that is drawn where it leaves.
    if (r.event == TraceEvent::Receives) return;
    if (r.event == TraceEvent::State && (!style_.states || is_inner(r.object))) return;
    flush();
    if (r.event == TraceEvent::Sends) {
      arrow(record);
    } else {
      note(record);
    }
  }

  std::string finish() {
    flush();
    return std::move(text_);
  }

 private:
  void count_cdc(const HostRecord& record) {
    if (cdc_right_ + cdc_left_ == 0) cdc_since_ = record.record.at;
    ++(record.host == style_.left ? cdc_right_ : cdc_left_);
  }

  void flush() {
    if (cdc_right_ + cdc_left_ == 0) return;
    std::string text = "cdc";
    if (cdc_right_ > 0) {
      text += " " + std::to_string(cdc_right_) + std::string(strokes_.times) +
              std::string(strokes_.in_right);
    }
    if (cdc_left_ > 0) {
      text += " " + std::string(strokes_.in_left) + std::to_string(cdc_left_) +
              std::string(strokes_.times);
    }
    middle(cdc_since_, text, strokes_.dot, kGrey);
    cdc_right_ = cdc_left_ = 0;
  }

  void begin(Instant at) { text_ += clock(at) + "   "; }
  std::string painted(std::string_view text, std::string_view color) const {
    if (!style_.color || color.empty()) return std::string(text);
    return std::string(color) + std::string(text) + std::string(kReset);
  }

  // A text between the poles, with strokes on both sides.
  void middle(Instant at, std::string_view text, std::string_view stroke, std::string_view color) {
    const std::string shown = cut(text, inner_ - 4);
    const std::size_t rest = inner_ - columns(shown) - 2;
    begin(at);
    text_ += std::string(strokes_.pole);
    text_ += painted(repeat(stroke, rest / 2) + " " + shown + " " + repeat(stroke, rest - rest / 2),
                     color);
    text_ += std::string(strokes_.pole) + "\n";
  }

  void arrow(const HostRecord& record) {
    const bool right = record.host == style_.left;
    std::string label(record.record.to);
    if (!record.record.cause.empty()) label += " (" + std::string(record.record.cause) + ")";
    const bool bad = record.record.to == "decline" || record.record.to == "delete_link";
    const std::string shown = cut(label, inner_ - 8);
    const std::size_t rest = inner_ - columns(shown) - 3;
    const std::size_t near = 4;
    std::string shaft = right ? repeat(strokes_.line, near) + " " + shown + " " +
                                    repeat(strokes_.line, rest - near) +
                                    std::string(strokes_.in_right)
                              : std::string(strokes_.in_left) + repeat(strokes_.line, rest - near) +
                                    " " + shown + " " + repeat(strokes_.line, near);
    begin(record.record.at);
    text_ += std::string(right ? strokes_.out_right : strokes_.pole);
    text_ += painted(shaft, bad ? kRed : kCyan);
    text_ += std::string(right ? strokes_.pole : strokes_.out_left) + "\n";
  }

  void note(const HostRecord& record) {
    const TraceRecord& r = record.record;
    std::string text;
    if (r.event == TraceEvent::State) {
      text = std::string(describe(r.object)) + " " + std::to_string(r.index) + ": " +
             std::string(r.from) + " → " + std::string(r.to);
      if (!style_.unicode) text.replace(text.find("→"), std::string_view("→").size(), "->");
    } else {
      text = std::string(describe(r.event)) + " " + std::string(r.to);
      if (r.event == TraceEvent::Notes) text = r.to;
    }
    if (!r.cause.empty()) text += " (" + std::string(r.cause) + ")";
    const bool fault = r.object == TraceObject::Network || r.event == TraceEvent::Refuses;
    if (r.object == TraceObject::Network) {
      return middle(r.at, text, style_.unicode ? "╌" : "=", kRed);
    }
    const std::string shown = cut(text, inner_ - 2);
    const std::string blank(inner_ - columns(shown) - 2, ' ');
    begin(r.at);
    text_ += std::string(strokes_.pole) + " ";
    const std::string colored = painted(shown, fault ? kRed : kGrey);
    text_ += record.host == style_.left ? colored + blank : blank + colored;
    text_ += " " + std::string(strokes_.pole) + "\n";
  }

  const Scenario& scenario_;
  LadderStyle style_;
  Strokes strokes_;
  std::size_t inner_;  ///< columns between the poles
  std::string text_;
  std::uint64_t cdc_right_ = 0;
  std::uint64_t cdc_left_ = 0;
  Instant cdc_since_;
};

}  // namespace

std::string ladder(const Scenario& scenario, std::span<const HostRecord> trace,
                   const LadderStyle& style) {
  if (style.left >= scenario.nodes.size() || style.right >= scenario.nodes.size()) return {};
  Painter painter(scenario, style);
  painter.head();
  for (const HostRecord& record : trace) painter.add(record);
  return painter.finish();
}

bool shows_unicode(const char* lc_all, const char* lc_ctype, const char* lang) {
  // As setlocale decides: the first that is set and not empty.
  for (const char* value : {lc_all, lc_ctype, lang}) {
    const std::string_view text = value == nullptr ? "" : value;
    if (text.empty()) continue;
    return text.find("UTF-8") != text.npos || text.find("utf8") != text.npos ||
           text.find("utf-8") != text.npos;
  }
  return false;
}

}  // namespace smclab::scenario
