// SPDX-License-Identifier: MIT
//
// The objects of libibverbs as owned things: each is given back when its owner goes.
#pragma once

#include <infiniband/verbs.h>

#include <memory>

namespace smclab::verbs {

template <auto kGiveBack>
struct GiveBack {
  template <class T>
  void operator()(T* object) const noexcept {
    // An error would mean that something still uses the object, which the device will outlive.
    static_cast<void>(kGiveBack(object));
  }
};

using DeviceList = std::unique_ptr<ibv_device*, GiveBack<ibv_free_device_list>>;
using Context = std::unique_ptr<ibv_context, GiveBack<ibv_close_device>>;
using Channel = std::unique_ptr<ibv_comp_channel, GiveBack<ibv_destroy_comp_channel>>;
using Domain = std::unique_ptr<ibv_pd, GiveBack<ibv_dealloc_pd>>;
using CompletionQueue = std::unique_ptr<ibv_cq, GiveBack<ibv_destroy_cq>>;
using Region = std::unique_ptr<ibv_mr, GiveBack<ibv_dereg_mr>>;
using QueuePair = std::unique_ptr<ibv_qp, GiveBack<ibv_destroy_qp>>;

}  // namespace smclab::verbs
