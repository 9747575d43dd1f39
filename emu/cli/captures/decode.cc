// SPDX-License-Identifier: MIT
#include "emu/cli/captures/decode.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <optional>

#include "emu/capture/dissection/dissector.h"
#include "emu/capture/dissection/encode_check.h"
#include "emu/capture/listing/json.h"
#include "emu/capture/listing/text.h"
#include "emu/cli/captures/capture_file.h"
#include "emu/cli/exit_code.h"

namespace smclab::cli {
namespace {

/// Lists messages on standard output and keeps count of what is wrong with them.
class Lister {
 public:
  explicit Lister(const DecodeArguments& arguments) : arguments_(&arguments) {
    if (arguments.json) capture::append_json_head(arguments.file, out_);
  }
  void start(std::int64_t time_ns) { start_ns_ = time_ns; }
  void add(const capture::SmcMessage& message) {
    if (arguments_->json) {
      capture::append_json(message, out_);
    } else {
      capture::append_text(message, start_ns_, out_);
    }
    if (message.error) ++malformed_;
    if (arguments_->verify_encode) verify(message);
    constexpr std::size_t kEnough = 64U << 10;
    if (out_.size() >= kEnough) flush();
  }
  void flush() {
    failed_ = failed_ || std::fwrite(out_.data(), 1, out_.size(), stdout) != out_.size();
    failed_ = failed_ || std::fflush(stdout) != 0;
    if (failed_ && reason_ == 0) reason_ = errno;
    out_.clear();
  }
  [[nodiscard]] bool failed() const noexcept { return failed_; }
  [[nodiscard]] const char* reason() const { return std::strerror(reason_); }
  [[nodiscard]] bool all_well() const noexcept { return malformed_ == 0 && differing_ == 0; }
  void report_encoding() const {
    std::fprintf(stderr, "smclab decode: %zu messages encoded again, %zu differ\n", verified_,
                 differing_);
  }

 private:
  void verify(const capture::SmcMessage& message) {
    const auto difference = capture::encode_difference(message);
    ++verified_;
    if (!difference) return;
    ++differing_;
    std::fprintf(stderr, "smclab decode: frame %llu: encoded again, byte %zu differs\n",
                 static_cast<unsigned long long>(message.at.frame), *difference);
  }

  const DecodeArguments* arguments_;
  std::string out_;
  std::int64_t start_ns_ = 0;
  std::size_t malformed_ = 0;
  std::size_t verified_ = 0;
  std::size_t differing_ = 0;
  bool failed_ = false;
  int reason_ = 0;
};

void complain(const std::string& file, const std::string& reason) {
  std::fprintf(stderr, "smclab decode: %s: %s\n", file.c_str(), reason.c_str());
}

void report(const capture::Dissector& dissector) {
  const capture::PassedOver& passed = dissector.passed_over();
  for (const auto& [type, count] : passed.unknown_links) {
    std::fprintf(stderr, "smclab decode: passed over %llu packets of link type %u\n",
                 static_cast<unsigned long long>(count), unsigned{type});
  }
  if (passed.fragments > 0) {
    std::fprintf(stderr, "smclab decode: passed over %llu IP fragments\n",
                 static_cast<unsigned long long>(passed.fragments));
  }
  if (passed.cut > 0) {
    std::fprintf(stderr, "smclab decode: %llu packets were cut short when they were captured\n",
                 static_cast<unsigned long long>(passed.cut));
  }
  if (dissector.incomplete() > 0) {
    std::fprintf(stderr, "smclab decode: %zu CLC messages go on beyond the capture\n",
                 dissector.incomplete());
  }
}

}  // namespace

int decode(const DecodeArguments& arguments) {
  auto file = CaptureFile::open(arguments.file);
  if (!file) {
    complain(arguments.file, file.error());
    return kUsage;
  }
  Lister lister(arguments);
  capture::Dissector dissector([&](const capture::SmcMessage& message) { lister.add(message); });
  while (const auto packet = file->next()) {
    if (dissector.frames() == 0) lister.start(packet->time_ns);
    dissector.add(*packet);
    if (lister.failed()) break;
  }
  dissector.finish();
  lister.flush();
  if (lister.failed()) {
    complain("standard output", lister.reason());
    return kCannot;
  }
  report(dissector);
  if (arguments.verify_encode) lister.report_encoding();
  if (!file->problem().empty()) {
    complain(arguments.file, file->problem());
    return kUsage;
  }
  return lister.all_well() ? kOk : kCheckFailed;
}

}  // namespace smclab::cli
