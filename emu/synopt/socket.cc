// SPDX-License-Identifier: MIT
#include "emu/synopt/socket.h"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "emu/synopt/contract.h"

namespace smclab::synopt {

bool offer(int socket) noexcept {
  const int on = 1;
  return ::setsockopt(socket, SMCLAB_SYNOPT_LEVEL, SMCLAB_SYNOPT_OFFER, &on, sizeof on) == 0;
}

std::optional<Handshake> handshake_of(int socket) noexcept {
  std::array<unsigned char, SMCLAB_SYNOPT_ANSWER_SIZE> answer{};
  socklen_t size = answer.size();
  if (::getsockopt(socket, SMCLAB_SYNOPT_LEVEL, SMCLAB_SYNOPT_AGREED, answer.data(), &size) != 0) {
    return std::nullopt;
  }
  if (answer[SMCLAB_SYNOPT_WANTED] == 0 || answer[SMCLAB_SYNOPT_KNOWN] == 0) return std::nullopt;
  return Handshake{.sent = answer[SMCLAB_SYNOPT_SENT] != 0,
                   .seen = answer[SMCLAB_SYNOPT_SEEN] != 0};
}

FirstBytes first_bytes(int socket) noexcept {
  constexpr std::array<unsigned char, 4> kEyeCatcher = {0xE2, 0xD4, 0xC3, 0xD9};
  std::array<unsigned char, kEyeCatcher.size()> bytes{};
  const ssize_t count = ::recv(socket, bytes.data(), bytes.size(), MSG_PEEK | MSG_DONTWAIT);
  if (count <= 0) return FirstBytes::None;
  const bool clc = std::equal(bytes.begin(), bytes.begin() + count, kEyeCatcher.begin());
  return clc ? FirstBytes::Clc : FirstBytes::Others;
}

bool is_set_up() noexcept {
  const int probe = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (probe < 0) return false;
  const bool answered = offer(probe);
  ::close(probe);
  return answered;
}

}  // namespace smclab::synopt
