// SPDX-License-Identifier: MIT
//
// A capture file of either format. pcapng is read by our own reader, which takes mixed link types
// and gives comments; pcap, in all its variants, by libpcap.
#pragma once

#include <cstdio>
#include <memory>
#include <optional>
#include <string>

#include <tl/expected.hpp>

#include "emu/capture/captured_packet.h"
#include "emu/capture/pcapng_reader.h"

struct pcap;

namespace smclab::cli {

class CaptureFile {
 public:
  /// Opens a file, or standard input for "-". The error is the reason, without the file's name.
  [[nodiscard]] static tl::expected<CaptureFile, std::string> open(const std::string& name);

  /// The next packet, or nothing at the end and where the file cannot be read on. Views in it are
  /// good until the next call.
  std::optional<capture::CapturedPacket> next();

  /// Why reading stopped before the end; empty while all is well.
  [[nodiscard]] const std::string& problem() const noexcept { return problem_; }

 private:
  struct CloseFile {
    void operator()(std::FILE* file) const noexcept { std::fclose(file); }
  };
  struct ClosePcap {
    void operator()(pcap* handle) const noexcept;
  };

  std::optional<capture::CapturedPacket> next_of_pcap();

  std::unique_ptr<std::FILE, CloseFile> file_;
  std::unique_ptr<capture::PcapngReader> pcapng_;
  std::unique_ptr<pcap, ClosePcap> pcap_;  ///< owns the file
  std::string problem_;
};

}  // namespace smclab::cli
