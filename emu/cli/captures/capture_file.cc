// SPDX-License-Identifier: MIT
#include "emu/cli/captures/capture_file.h"

#include <pcap/pcap.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <span>

namespace smclab::cli {
namespace {

using capture::CapturedPacket;
using capture::LinkType;

constexpr int kFirstOfPcapng = 0x0A;
constexpr int kFirstOfGzip = 0x1F;

// libpcap has numbers of its own (DLT_) for some of the link types of files (LINKTYPE_).
LinkType link_type_of(int dlt) noexcept {
  if (dlt == DLT_RAW) return LinkType::RawIp;
  if (dlt == DLT_LOOP) return LinkType::Loop;
  return static_cast<LinkType>(dlt);
}

std::string system_error() {
  return std::strerror(errno);
}

}  // namespace

void CaptureFile::ClosePcap::operator()(pcap* handle) const noexcept {
  pcap_close(handle);
}

tl::expected<CaptureFile, std::string> CaptureFile::open(const std::string& name) {
  CaptureFile capture;
  capture.file_.reset(name == "-" ? stdin : std::fopen(name.c_str(), "rb"));
  std::FILE* file = capture.file_.get();
  if (file == nullptr) return tl::unexpected(system_error());
  constexpr std::size_t kBuffer = 256U << 10;
  std::setvbuf(file, nullptr, _IOFBF, kBuffer);

  const int first = std::getc(file);
  if (first == EOF) {
    return tl::unexpected(std::ferror(file) != 0 ? system_error()
                                                 : std::string("the file is empty"));
  }
  if (first == kFirstOfGzip) return tl::unexpected(std::string("compressed: decompress it first"));
  std::ungetc(first, file);
  if (first == kFirstOfPcapng) {
    capture.pcapng_ = std::make_unique<capture::PcapngReader>([file](std::span<std::byte> target) {
      return std::fread(target.data(), 1, target.size(), file);
    });
    return capture;
  }
  std::array<char, PCAP_ERRBUF_SIZE> why{};
  capture.pcap_.reset(
      pcap_fopen_offline_with_tstamp_precision(file, PCAP_TSTAMP_PRECISION_NANO, why.data()));
  if (!capture.pcap_) return tl::unexpected(std::string(why.data()));
  static_cast<void>(capture.file_.release());
  return capture;
}

std::optional<CapturedPacket> CaptureFile::next() {
  if (!pcapng_) return next_of_pcap();
  auto packet = pcapng_->next();
  if (packet) return packet;
  if (std::ferror(file_.get()) != 0) {
    problem_ = system_error();
  } else {
    problem_ = pcapng_->problem();
  }
  return std::nullopt;
}

std::optional<CapturedPacket> CaptureFile::next_of_pcap() {
  pcap_pkthdr* header = nullptr;
  const u_char* data = nullptr;
  const int status = pcap_next_ex(pcap_.get(), &header, &data);
  if (status != 1) {
    if (status == PCAP_ERROR) problem_ = pcap_geterr(pcap_.get());
    return std::nullopt;
  }
  constexpr std::int64_t kNsPerSecond = 1'000'000'000;
  // With this precision tv_usec counts nanoseconds.
  return CapturedPacket{.link_type = link_type_of(pcap_datalink(pcap_.get())),
                        .time_ns = header->ts.tv_sec * kNsPerSecond + header->ts.tv_usec,
                        .bytes = std::as_bytes(std::span(data, header->caplen)),
                        .original_length = header->len};
}

}  // namespace smclab::cli
