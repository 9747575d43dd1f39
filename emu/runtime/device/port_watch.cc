// SPDX-License-Identifier: MIT
#include "emu/runtime/device/port_watch.h"

#include <utility>

namespace smclab::runtime {

PortWatch::Letter::~Letter() {
  if (box.is_open()) box.release();
}

PortWatch::PortWatch(boost::asio::io_context& loop, std::shared_ptr<DevicePort> port,
                     std::function<void()> told)
    : port_(std::move(port)), told_(std::move(told)) {
  for (const int descriptor : port_->descriptors()) letters_.emplace_back(loop, descriptor);
  for (std::size_t i = 0; i < letters_.size(); ++i) watch(i);
}

void PortWatch::watch(std::size_t which) {
  using Box = boost::asio::posix::stream_descriptor;
  letters_[which].box.async_wait(Box::wait_read,
                                 [this, which](const boost::system::error_code& error) {
                                   if (error) return;
                                   port_->collect();
                                   watch(which);
                                   told_();
                                 });
}

}  // namespace smclab::runtime
