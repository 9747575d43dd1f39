// SPDX-License-Identifier: MIT
//
// Keeps an eye on the port of a device from the event loop: when its descriptors become readable
// it collects what the device has to tell, and says so.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <functional>
#include <memory>
#include <vector>

#include "emu/runtime/device/device_port.h"

namespace smclab::runtime {

class PortWatch {
 public:
  /// `told` is called from the loop after each collect().
  PortWatch(boost::asio::io_context& loop, std::shared_ptr<DevicePort> port,
            std::function<void()> told);

  [[nodiscard]] DevicePort& port() noexcept { return *port_; }

 private:
  // The descriptors belong to the device, so these give them back instead of closing them.
  struct Letter {
    explicit Letter(boost::asio::io_context& loop, int descriptor) : box(loop, descriptor) {}
    Letter(Letter&&) = default;
    Letter& operator=(Letter&&) = delete;
    ~Letter();
    boost::asio::posix::stream_descriptor box;
  };
  void watch(std::size_t which);

  std::shared_ptr<DevicePort> port_;
  std::function<void()> told_;
  std::vector<Letter> letters_;
};

}  // namespace smclab::runtime
