// SPDX-License-Identifier: MIT
#include "emu/verbs/device_counters.h"

#include <algorithm>
#include <array>
#include <fstream>

namespace smclab::verbs {
namespace {

using rnic::Counters;

struct Named {
  const char* file;
  Counters::Which which;
};

// The first of several that is there counts. Nobody counts frames that were sent again: rxe's
// completer_retry_err is how often it began again, whatever the number of frames.
constexpr std::array kFiles = {
    Named{"sent_pkts", &Counters::frames_sent},                // rxe
    Named{"rcvd_pkts", &Counters::frames_received},            // rxe
    Named{"duplicate_request", &Counters::duplicates},         // rxe, mlx5
    Named{"out_of_seq_request", &Counters::out_of_sequence},   // rxe
    Named{"out_of_sequence", &Counters::out_of_sequence},      // mlx5
    Named{"send_rnr_err", &Counters::rnr_naks_sent},           // rxe
    Named{"rcvd_rnr_err", &Counters::rnr_naks_received},       // rxe
    Named{"rnr_nak_retry_err", &Counters::rnr_naks_received},  // mlx5
};

std::optional<std::uint64_t> read(const std::filesystem::path& file) {
  std::ifstream stream(file);
  std::uint64_t value = 0;
  return stream >> value ? std::optional(value) : std::nullopt;
}

}  // namespace

DeviceCounters::DeviceCounters(const std::filesystem::path& folder) {
  for (const Named& named : kFiles) {
    if (counts(named.which)) continue;
    if (const auto value = read(folder / named.file)) {
      sources_.push_back({named.which, folder / named.file, *value});
    }
  }
}

void DeviceCounters::look() {
  for (const Source& source : sources_) {
    // A device that is gone has counted what it had; one that was set to 0 meanwhile begins anew.
    if (const auto value = read(source.file)) {
      last_.*source.which = *value < source.at_first ? *value : *value - source.at_first;
    }
  }
}

bool DeviceCounters::counts(Counters::Which which) const noexcept {
  return std::any_of(sources_.begin(), sources_.end(),
                     [which](const Source& source) { return source.which == which; });
}

}  // namespace smclab::verbs
