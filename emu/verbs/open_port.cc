// SPDX-License-Identifier: MIT
#include "emu/verbs/open_port.h"

#include <arpa/inet.h>
#include <net/if.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <optional>
#include <span>

namespace smclab::verbs {
namespace {

std::string text(const Gid& gid) {
  const IpAddress address{gid};
  std::array<char, INET6_ADDRSTRLEN> room{};
  const bool v4 = address.is_v4();
  const std::size_t skipped = v4 ? 12 : 0;
  ::inet_ntop(v4 ? AF_INET : AF_INET6, gid.bytes.data() + skipped, room.data(), room.size());
  return room.data();
}

// The Ethernet address of a network interface; zero if it cannot be read.
Mac mac_of(std::uint32_t interface) {
  std::array<char, IF_NAMESIZE> name{};
  Mac mac;
  if (::if_indextoname(interface, name.data()) == nullptr) return mac;
  std::ifstream file(std::string("/sys/class/net/") + name.data() + "/address");
  for (std::byte& byte : mac.bytes) {
    unsigned value = 0;
    file >> std::hex >> value;
    byte = static_cast<std::byte>(value);
    file.ignore(1);
  }
  return mac;
}

constexpr std::size_t kMostGids = 256;

// The RoCEv2 addresses of a device.
std::vector<ibv_gid_entry> gids_of(ibv_context* context) {
  std::vector<ibv_gid_entry> all(kMostGids);
  const auto count = ibv_query_gid_table(context, all.data(), all.size(), 0);
  all.resize(count < 0 ? 0 : static_cast<std::size_t>(count));
  std::erase_if(all, [](const ibv_gid_entry& entry) {
    return entry.gid_type != static_cast<std::uint32_t>(IBV_GID_TYPE_ROCE_V2);
  });
  return all;
}

OpenPort describe(Context context, const ibv_gid_entry& entry) {
  const auto port = static_cast<std::uint8_t>(entry.port_num);
  OpenPort open{.gid = gid(entry.gid),
                .place = {port, static_cast<std::uint8_t>(entry.gid_index)},
                .counters = std::filesystem::path(context->device->ibdev_path) / "ports" /
                            std::to_string(entry.port_num) / "hw_counters",
                .facts = {.device = ibv_get_device_name(context->device),
                          .interface = entry.ndev_ifindex,
                          .mac = mac_of(entry.ndev_ifindex)}};
  ibv_port_attr attributes{};
  if (ibv_query_port(context.get(), port, &attributes) == 0) {
    open.facts.mtu = mtu_code(attributes.active_mtu);
    open.facts.up = attributes.state == IBV_PORT_ACTIVE;
  }
  open.context = std::move(context);
  return open;
}

}  // namespace

namespace missing {

std::string devices(int error) {
  if (error == ENOSYS) {
    return "the kernel has no RDMA for programs: the module ib_uverbs is not loaded";
  }
  if (error != 0) return std::string("cannot list the RDMA devices: ") + std::strerror(error);
  return "this machine has no RDMA device";
}

std::string rights(const std::string& device, int error) {
  return "cannot open the RDMA device " + device + ": " + std::strerror(error);
}

std::string address(const Gid& wanted, const std::vector<Gid>& present) {
  std::string sentence = "no RDMA port has the RoCEv2 address " + text(wanted);
  if (present.empty()) return sentence + ", nor any other";
  const char* before = "; there are ";
  for (const Gid& gid : present) {
    sentence += before + text(gid);
    before = ", ";
  }
  return sentence;
}

}  // namespace missing

tl::expected<OpenPort, std::string> open_port(const Gid& wanted) {
  int count = 0;
  errno = 0;
  const DeviceList list(ibv_get_device_list(&count));
  if (!list || count == 0) return tl::unexpected(missing::devices(list ? 0 : errno));
  std::vector<Gid> present;
  std::optional<std::string> closed;
  for (ibv_device* device : std::span(list.get(), static_cast<std::size_t>(count))) {
    Context context(ibv_open_device(device));
    if (!context) {
      closed = missing::rights(ibv_get_device_name(device), errno);
      continue;
    }
    for (const ibv_gid_entry& entry : gids_of(context.get())) {
      if (gid(entry.gid) == wanted) return describe(std::move(context), entry);
      present.push_back(gid(entry.gid));
    }
  }
  return tl::unexpected(closed && present.empty() ? *closed : missing::address(wanted, present));
}

std::optional<PortPlace> find_place(const OpenPort& open) {
  ibv_port_attr attributes{};
  const int error = ibv_query_port(open.context.get(), open.place.port, &attributes);
  if (error != 0 || attributes.state != IBV_PORT_ACTIVE) return std::nullopt;
  for (const ibv_gid_entry& entry : gids_of(open.context.get())) {
    if (entry.port_num != open.place.port || gid(entry.gid) != open.gid) continue;
    return PortPlace{open.place.port, static_cast<std::uint8_t>(entry.gid_index)};
  }
  return std::nullopt;
}

}  // namespace smclab::verbs
