// SPDX-License-Identifier: MIT
//
// `smclab decode`: a capture as SMC-R messages, with a reason for each malformed one.
#pragma once

#include <string>

namespace smclab::cli {

struct DecodeArguments {
  std::string file;            ///< pcap or pcapng; "-" is standard input
  bool json = false;           ///< JSON lines instead of text
  bool verify_encode = false;  ///< encode each message again and compare the bytes
};

/// Returns an ExitCode: 1 if a message is malformed, or differs when encoded again; 2 if the file
/// cannot be read to its end, after everything that could be read.
[[nodiscard]] int decode(const DecodeArguments& arguments);

}  // namespace smclab::cli
