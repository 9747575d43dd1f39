// SPDX-License-Identifier: MIT
//
// What the applications of a scenario do. Each connection of a workload is played by two Flows
// (flow.h), one a side; a stage only moves their bytes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "emu/scenario/place.h"
#include "protocol/time.h"

namespace smclab::scenario {

enum class WorkloadKind : std::uint8_t {
  Stream,           ///< the client sends `bytes`, the server reads them
  RequestResponse,  ///< `rounds` times: `request` bytes there, `response` bytes back
  Connections,      ///< like RequestResponse, meant for many short connections
  File,             ///< like Stream, with the bytes of a file
};

/// Which end of a connection: the client is the node `from`, which connects.
enum class Side : std::uint8_t { Client, Server };

/// How a connection ends once its bytes are sent.
enum class CloseKind : std::uint8_t {
  Orderly,  ///< close(): the other side reads to the end, then closes too
  Half,     ///< shutdown(SHUT_WR), read what the other side still sends, then close()
  Abort,    ///< close() with SO_LINGER 0: the other side sees a reset
  Stay,     ///< nobody closes: the connection is up when the run ends
};

/// How one side takes its bytes.
struct ReadPace {
  std::uint32_t chunk = 65'536;  ///< most bytes taken by one read
  Duration pause{};              ///< between two reads
  Duration start{};              ///< from being connected to the first read
  bool operator==(const ReadPace&) const = default;
};

/// How one side gives its bytes.
struct WritePace {
  std::uint32_t chunk = 65'536;  ///< most bytes given by one write
  Duration pause{};              ///< between two writes
  bool operator==(const WritePace&) const = default;
};

struct CloseSpec {
  Side by = Side::Client;  ///< who begins
  CloseKind how = CloseKind::Orderly;
  bool operator==(const CloseSpec&) const = default;
};

struct WorkloadSpec {
  Place place;
  WorkloadKind kind = WorkloadKind::Stream;
  std::uint32_t from = 0;  ///< the client: a place in Scenario::nodes
  std::uint32_t to = 0;    ///< the server
  std::uint16_t port = 5'201;
  Duration start{};
  std::uint32_t count = 1;     ///< connections
  Duration apart{};            ///< between the starts of two connections
  std::uint64_t bytes = 0;     ///< Stream: a connection's bytes, client to server
  std::uint64_t response = 0;  ///< RequestResponse: bytes of an answer; Stream: what the server
                               ///< sends after it has read to the end
  std::uint64_t request = 0;   ///< RequestResponse: bytes of a question
  std::uint32_t rounds = 1;    ///< RequestResponse
  std::string file;            ///< File: path, relative to the scenario file
  WritePace write;
  ReadPace read;
  CloseSpec close;
  bool operator==(const WorkloadSpec&) const = default;
};

[[nodiscard]] constexpr std::string_view describe(WorkloadKind kind) noexcept {
  switch (kind) {
    case WorkloadKind::Stream:
      return "stream";
    case WorkloadKind::RequestResponse:
      return "request_response";
    case WorkloadKind::Connections:
      return "connections";
    case WorkloadKind::File:
      return "file";
  }
  return "?";
}

[[nodiscard]] constexpr std::string_view describe(Side side) noexcept {
  return side == Side::Client ? "client" : "server";
}

}  // namespace smclab::scenario
