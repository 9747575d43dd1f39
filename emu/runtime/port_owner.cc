// SPDX-License-Identifier: MIT
#include "emu/runtime/port_owner.h"

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <system_error>

namespace smclab::runtime {
namespace {

namespace fs = std::filesystem;

// An IPv4 address as /proc/net/udp tells it: the number in this (little-endian) machine's order.
std::string in_proc(const IpAddress& address) {
  std::array<char, 9> text{};
  const auto octet = [&](std::size_t i) { return std::to_integer<unsigned>(address.gid.bytes[i]); };
  std::snprintf(text.data(), text.size(), "%02X%02X%02X%02X", octet(15), octet(14), octet(13),
                octet(12));
  return text.data();
}

// Inodes of the sockets bound there, or to all addresses, out of /proc/net/udp: the second column
// is address:port in hexadecimal, the tenth the inode.
std::set<std::string> socket_inodes(const IpAddress& address, std::uint16_t port) {
  std::set<std::string> inodes;
  std::ifstream table("/proc/net/udp");
  std::string line;
  std::getline(table, line);
  while (std::getline(table, line)) {
    std::istringstream columns(line);
    std::string slot;
    std::string local;
    columns >> slot >> local;
    const std::size_t colon = local.find(':');
    if (colon == std::string::npos) continue;
    if (std::stoul(local.substr(colon + 1), nullptr, 16) != port) continue;
    const std::string where = local.substr(0, colon);
    if (where != in_proc(address) && where != "00000000") continue;
    std::string inode;
    for (int column = 2; column < 10; ++column) columns >> inode;
    inodes.insert("socket:[" + inode + "]");
  }
  return inodes;
}

bool holds_one_of(const fs::path& process, const std::set<std::string>& inodes) {
  std::error_code error;
  for (const auto& descriptor : fs::directory_iterator(process / "fd", error)) {
    const fs::path target = fs::read_symlink(descriptor.path(), error);
    if (!error && inodes.contains(target.string())) return true;
  }
  return false;
}

}  // namespace

std::string owner_of_udp_port(const IpAddress& address, std::uint16_t port) {
  const std::set<std::string> inodes = socket_inodes(address, port);
  std::error_code error;
  for (const auto& process : fs::directory_iterator("/proc", error)) {
    const std::string id = process.path().filename().string();
    if (id.find_first_not_of("0123456789") != std::string::npos) continue;
    if (!holds_one_of(process.path(), inodes)) continue;
    std::string name;
    std::getline(std::ifstream(process.path() / "comm"), name);
    return name + " (process " + id + ")";
  }
  return {};
}

}  // namespace smclab::runtime
