// SPDX-License-Identifier: MIT
//
// One SMC-R host on a real machine: a Stack, its TCP connections and their applications, in one
// thread and one event loop. Each of its RNICs is software with a UDP fabric, or a device of the
// machine. Hosts of one run may share the loop; each owns UDP 4791 on its own addresses.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "emu/runtime/address.h"
#include "emu/runtime/application.h"
#include "emu/runtime/clock.h"
#include "emu/runtime/device/device_port.h"
#include "emu/runtime/device/port_watch.h"
#include "emu/runtime/tcp_application.h"
#include "emu/runtime/tcp_stream.h"
#include "emu/runtime/udp_fabric.h"
#include "emu/stack/stack.h"
#include "protocol/slots.h"

namespace smclab::runtime {

/// One end of one connection. The application belongs to who runs the host, and outlives it.
struct Seat {
  Application* application = nullptr;
  std::shared_ptr<TcpStream> stream;
  std::uint32_t workload = 0;  ///< a place in Scenario::workloads
  std::uint32_t drawing = 0;   ///< the connection's number in the capture
  Role role = Role::Client;
  bool over_smc = false;
  bool over_tcp = false;
  bool end_of_stream = false;  ///< told by the core; the application learns it when all is read
  bool broken = false;         ///< the core ended the connection; the socket is still to be closed
  TcpApplication tcp;          ///< used over_tcp
};

/// What the core makes TCP do.
enum class TcpDeed : std::uint8_t { Bytes, Finish, Reset };

/// Who runs a host, and hears what it does. Calls come from the event loop.
class HostOwner {
 public:
  virtual ~HostOwner() = default;
  virtual void on_trace(const TraceRecord& record) = 0;
  /// Bytes of the CLC exchange, or the end of a half, on their way out.
  virtual void on_tcp(const Seat& seat, TcpDeed deed, std::span<const std::byte> bytes) = 0;
  /// A sealed Ethernet frame wants to leave: put it on the wire with RealHost::put, now, later,
  /// changed, twice or never.
  virtual void on_frame(DeviceId device, const roce::Envelope& envelope,
                        std::span<const std::byte> frame) = 0;
  /// An application took these bytes.
  virtual void on_received(const Seat& seat, std::span<const std::byte> bytes) = 0;
};

/// Devices that a host has instead of software RNICs: all of them, by DeviceId, or none.
using DevicePorts = std::vector<std::shared_ptr<DevicePort>>;

class RealHost {
 public:
  /// What a host is made of.
  struct Setup {
    stack::Parameters parameters;
    DevicePorts ports;
  };
  RealHost(boost::asio::io_context& loop, const Clock& clock, const Setup& setup, HostOwner& owner);

  /// Opens the fabrics, which take frames of these senders, or watches the devices; the error is
  /// one sentence for the user.
  [[nodiscard]] tl::expected<void, std::string> open(const input::Entropy& entropy,
                                                     Senders senders = Senders::Own);

  /// A TCP connection is up. `both_offered` as in input::TcpUp.
  void attach(Seat seat, boost::asio::ip::tcp::socket socket, bool both_offered);
  /// Tells the host something from outside, for example a port that goes down.
  void tell(const stack::Input& input);
  /// Lets the applications look again, for example because one was told to give up.
  void wake() { turn(); }
  /// Sends a frame that on_frame() was given.
  void put(DeviceId device, const roce::Envelope& envelope, std::span<const std::byte> frame) {
    fabrics_[device.value]->send(envelope, frame);
  }

  [[nodiscard]] const stack::Stack& stack() const noexcept { return stack_; }
  /// None where the host has devices.
  [[nodiscard]] const UdpFabric& fabric(std::size_t device) const { return *fabrics_[device]; }
  [[nodiscard]] std::size_t fabric_count() const noexcept { return fabrics_.size(); }

 private:
  [[nodiscard]] tl::expected<void, std::string> open_fabrics(Senders senders);
  void watch_ports();
  void heard(DeviceId device);
  void turn();
  // Tells the stack and carries out what follows; the turn is the caller's.
  void put(const stack::Input& input);
  void carry_out();
  void carry_out_one(const stack::Output& output);
  void connected(const action::Connected& action);
  void fell_back(const action::FellBack& action);
  void run_applications();
  void close_the_broken();
  [[nodiscard]] bool run_over_smc(ConnId conn, Seat& seat);
  [[nodiscard]] bool read_some(ConnId conn, Seat& seat);
  [[nodiscard]] bool write_some(ConnId conn, Seat& seat);
  void carry_out_wish(ConnId conn, Seat& seat);
  void transmit();
  void send_frame(DeviceId device, const rnic::OutgoingFrame& frame);
  void arm();
  void wait_until(Instant due, Instant wake);
  void timer_fired();
  [[nodiscard]] TcpEvents events_of(ConnId conn);

  boost::asio::io_context& loop_;
  const Clock& clock_;
  stack::Stack stack_;
  HostOwner& owner_;
  DevicePorts ports_;
  std::vector<std::unique_ptr<PortWatch>> watches_;
  std::vector<std::unique_ptr<UdpFabric>> fabrics_;
  Slots<Seat, ConnId> seats_;
  stack::Outputs outputs_;
  rnic::OutgoingFrames frames_;
  std::vector<std::byte> frame_bytes_;
  boost::asio::steady_timer timer_;
  std::optional<Instant> armed_;
  Instant asked_at_{};  // before applications were asked last what they do
  bool waited_for_others_ = false;
  bool turning_ = false;
  bool turn_again_ = false;
};

}  // namespace smclab::runtime
