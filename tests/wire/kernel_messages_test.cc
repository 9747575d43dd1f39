// SPDX-License-Identifier: MIT
//
// The truth about the wire: what a Linux kernel sent decodes, makes sense to validate(), and
// encodes to the kernel's own bytes.
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <sstream>
#include <string>

#include "protocol/wire/decode.h"
#include "protocol/wire/text.h"
#include "tests/wire/samples.h"

namespace smclab::wire {
namespace {

struct KernelMessage {
  std::string capture;
  int frame = 0;
  std::string layer;
  Bytes bytes;
};

const std::vector<KernelMessage>& kernel_messages() {
  static const std::vector<KernelMessage> messages = [] {
    std::vector<KernelMessage> read;
    std::ifstream file("tests/wire/data/kernel_messages.txt");
    for (std::string line; std::getline(file, line);) {
      if (line.empty() || line[0] == '#') continue;
      std::istringstream words(line);
      KernelMessage message;
      std::string hex;
      words >> message.capture >> message.frame >> message.layer >> hex;
      message.bytes = from_hex(hex);
      read.push_back(message);
    }
    return read;
  }();
  return messages;
}

std::string where(const KernelMessage& message) {
  return message.capture + " frame " + std::to_string(message.frame);
}

const KernelMessage& find(const std::string& capture, int frame) {
  for (const KernelMessage& message : kernel_messages()) {
    if (message.capture == capture && message.frame == frame) return message;
  }
  ADD_FAILURE() << "no message of " << capture << " frame " << frame;
  return kernel_messages().front();
}

template <class T>
std::string refusal(const Result<T>& result) {
  const DecodeError& error = result.error();
  return std::string(error.field) + " at " + std::to_string(error.offset) + ": " +
         std::string(describe(error.fault));
}

TEST(KernelMessages, ClcComesBackByteForByte) {
  std::map<std::string, int> seen;
  for (const KernelMessage& kernel : kernel_messages()) {
    if (kernel.layer != "clc") continue;
    const auto message = decode_clc(kernel.bytes);
    ASSERT_TRUE(message) << where(kernel) << ' ' << refusal(message);
    EXPECT_EQ(encoded(*message), kernel.bytes) << where(kernel);
    EXPECT_EQ(validate(*message), std::nullopt) << where(kernel);
    ++seen[std::string(type_name(*message)) + std::to_string(version_of(*message))];
  }
  const std::map<std::string, int> all = {{"accept1", 14},  {"accept2", 26}, {"confirm1", 14},
                                          {"confirm2", 25}, {"decline1", 1}, {"decline2", 4},
                                          {"proposal2", 12}};
  EXPECT_EQ(seen, all);
}

TEST(KernelMessages, LlcComesBackByteForByte) {
  std::map<std::string, int> seen;
  for (const KernelMessage& kernel : kernel_messages()) {
    if (kernel.layer != "llc") continue;
    const auto message = decode_llc(kernel.bytes);
    ASSERT_TRUE(message) << where(kernel) << ' ' << refusal(message);
    EXPECT_EQ(encoded(*message), kernel.bytes) << where(kernel);
    EXPECT_EQ(validate(*message), std::nullopt) << where(kernel);
    EXPECT_EQ(head_of(*message).length_order, ByteOrder::Little) << where(kernel);
    ++seen[std::string(type_name(*message)) + std::to_string(version_of(*message))];
  }
  EXPECT_EQ(seen.size(), 13U);
}

TEST(KernelMessages, CdcComesBackByteForByte) {
  int seen = 0;
  for (const KernelMessage& kernel : kernel_messages()) {
    if (kernel.layer != "cdc") continue;
    const auto message = decode<Cdc>(kernel.bytes);
    ASSERT_TRUE(message) << where(kernel) << ' ' << refusal(message);
    EXPECT_EQ(encoded(*message), kernel.bytes) << where(kernel);
    ++seen;
  }
  EXPECT_GT(seen, 800);
}

TEST(KernelMessages, SynAndSynAckBearTheOption) {
  int with = 0;
  int without = 0;
  for (const KernelMessage& kernel : kernel_messages()) {
    if (kernel.layer != "tcp_option") continue;
    const auto option = find_smcr_option(kernel.bytes);
    if (option.empty()) {
      ++without;
      continue;
    }
    ++with;
    const auto decoded = decode<SmcrOption>(option);
    ASSERT_TRUE(decoded) << where(kernel);
    EXPECT_TRUE(std::equal(option.begin(), option.end(), kSmcrOption.begin(), kSmcrOption.end()));
  }
  EXPECT_EQ(with, 90);
  EXPECT_EQ(without, 6);
}

/// The message in whichever layer it is, as text.
std::string reading_of(const KernelMessage& kernel) {
  if (const auto clc = decode_clc(kernel.bytes)) return to_text(*clc);
  if (const auto llc = decode_llc(kernel.bytes)) return to_text(*llc);
  const auto cdc = decode<Cdc>(kernel.bytes);
  return cdc ? to_text(*cdc) : refusal(cdc);
}

TEST(KernelMessages, FieldsReadAsTheKernelMeantThem) {
  std::ifstream file("tests/wire/data/kernel_readings.txt");
  int readings = 0;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line[0] == '#') continue;
    std::istringstream words(line);
    std::string capture;
    int frame = 0;
    std::string text;
    words >> capture >> frame >> std::ws;
    std::getline(words, text);
    EXPECT_EQ(reading_of(find(capture, frame)), text) << capture << " frame " << frame;
    ++readings;
  }
  EXPECT_EQ(readings, 17);
}

}  // namespace
}  // namespace smclab::wire
