// SPDX-License-Identifier: MIT
#include "emu/verbs/translate.h"

#include <endian.h>

#include <bit>
#include <cerrno>

namespace smclab::verbs {

CompletionStatus completion_status(ibv_wc_status status) noexcept {
  switch (status) {
    case IBV_WC_SUCCESS:
      return CompletionStatus::Success;
    case IBV_WC_LOC_LEN_ERR:
      return CompletionStatus::LocalLength;
    case IBV_WC_LOC_QP_OP_ERR:
    case IBV_WC_LOC_EEC_OP_ERR:
    case IBV_WC_LOC_PROT_ERR:
    case IBV_WC_LOC_ACCESS_ERR:
    case IBV_WC_LOC_RDD_VIOL_ERR:
    case IBV_WC_MW_BIND_ERR:
      return CompletionStatus::LocalProtection;
    case IBV_WC_REM_INV_REQ_ERR:
    case IBV_WC_REM_INV_RD_REQ_ERR:
      return CompletionStatus::RemoteInvalid;
    case IBV_WC_REM_ACCESS_ERR:
      return CompletionStatus::RemoteAccess;
    case IBV_WC_REM_OP_ERR:
    case IBV_WC_REM_ABORT_ERR:
    case IBV_WC_BAD_RESP_ERR:
      return CompletionStatus::RemoteOperation;
    case IBV_WC_RETRY_EXC_ERR:
    case IBV_WC_RESP_TIMEOUT_ERR:
      return CompletionStatus::RetriesExceeded;
    case IBV_WC_RNR_RETRY_EXC_ERR:
      return CompletionStatus::RnrRetriesExceeded;
    case IBV_WC_WR_FLUSH_ERR:
    case IBV_WC_INV_EECN_ERR:
    case IBV_WC_INV_EEC_STATE_ERR:
    case IBV_WC_FATAL_ERR:
    case IBV_WC_GENERAL_ERR:
    case IBV_WC_TM_ERR:
    case IBV_WC_TM_RNDV_INCOMPLETE:
      break;
  }
  return CompletionStatus::Flushed;  // the device did not get to it, whatever its reason
}

rnic::VerbStatus verb_status(int error) noexcept {
  switch (error) {
    case 0:
      return rnic::VerbStatus::Success;
    case ENOMEM:
    case EAGAIN:
    case ENOSPC:
      return rnic::VerbStatus::NoMemory;
    case EBUSY:
    case EEXIST:
      return rnic::VerbStatus::InUse;
    case ENOENT:
    case ENODEV:
      return rnic::VerbStatus::UnknownObject;
    default:
      return rnic::VerbStatus::BadArgument;
  }
}

rnic::VerbStatus post_status(int error) noexcept {
  const rnic::VerbStatus status = verb_status(error);
  return status == rnic::VerbStatus::NoMemory ? rnic::VerbStatus::QueueFull : status;
}

bool concerns_port(ibv_event_type type) noexcept {
  return type == IBV_EVENT_PORT_ACTIVE || type == IBV_EVENT_PORT_ERR ||
         type == IBV_EVENT_GID_CHANGE;
}

std::optional<rnic::AsyncKind> async_kind(ibv_event_type type) noexcept {
  switch (type) {
    case IBV_EVENT_CQ_ERR:
      return rnic::AsyncKind::CqOverflow;
    case IBV_EVENT_QP_FATAL:
    case IBV_EVENT_QP_REQ_ERR:
      return rnic::AsyncKind::QpFatal;
    case IBV_EVENT_QP_ACCESS_ERR:
      return rnic::AsyncKind::QpAccessError;
    case IBV_EVENT_PORT_ACTIVE:
    case IBV_EVENT_PORT_ERR:
    case IBV_EVENT_DEVICE_FATAL:
    case IBV_EVENT_COMM_EST:
    case IBV_EVENT_SQ_DRAINED:
    case IBV_EVENT_PATH_MIG:
    case IBV_EVENT_PATH_MIG_ERR:
    case IBV_EVENT_LID_CHANGE:
    case IBV_EVENT_PKEY_CHANGE:
    case IBV_EVENT_SM_CHANGE:
    case IBV_EVENT_SRQ_ERR:
    case IBV_EVENT_SRQ_LIMIT_REACHED:
    case IBV_EVENT_QP_LAST_WQE_REACHED:
    case IBV_EVENT_CLIENT_REREGISTER:
    case IBV_EVENT_GID_CHANGE:
    case IBV_EVENT_WQ_FATAL:
      break;
  }
  return std::nullopt;
}

unsigned access_flags(const rnic::Access& access) noexcept {
  unsigned flags = 0;
  if (access.local_write) flags |= IBV_ACCESS_LOCAL_WRITE;
  if (access.remote_write) flags |= IBV_ACCESS_REMOTE_WRITE;
  if (access.remote_read) flags |= IBV_ACCESS_REMOTE_READ;
  return flags;
}

ibv_qp_state qp_state(QpState state) noexcept {
  switch (state) {
    case QpState::Reset:
      return IBV_QPS_RESET;
    case QpState::Init:
      return IBV_QPS_INIT;
    case QpState::ReadyToReceive:
      return IBV_QPS_RTR;
    case QpState::ReadyToSend:
      return IBV_QPS_RTS;
    case QpState::Error:
      break;
  }
  return IBV_QPS_ERR;
}

ibv_wr_opcode opcode(rnic::Operation operation) noexcept {
  switch (operation) {
    case rnic::Operation::Send:
      return IBV_WR_SEND;
    case rnic::Operation::Write:
      return IBV_WR_RDMA_WRITE;
    case rnic::Operation::WriteWithImmediate:
      return IBV_WR_RDMA_WRITE_WITH_IMM;
    case rnic::Operation::Read:
      break;
  }
  return IBV_WR_RDMA_READ;
}

rnic::CompletionKind completion_kind(rnic::Operation operation) noexcept {
  switch (operation) {
    case rnic::Operation::Send:
      return rnic::CompletionKind::Send;
    case rnic::Operation::Write:
    case rnic::Operation::WriteWithImmediate:
      return rnic::CompletionKind::Write;
    case rnic::Operation::Read:
      break;
  }
  return rnic::CompletionKind::Read;
}

// The codes are InfiniBand's in both worlds.
ibv_mtu mtu(MtuCode code) noexcept {
  return static_cast<ibv_mtu>(code);
}

MtuCode mtu_code(ibv_mtu mtu) noexcept {
  return static_cast<MtuCode>(mtu);
}

ibv_gid gid(const Gid& gid) noexcept {
  return std::bit_cast<ibv_gid>(gid.bytes);
}

Gid gid(const ibv_gid& gid) noexcept {
  return {std::bit_cast<std::array<std::byte, 16>>(gid)};
}

std::uint32_t to_network(std::uint32_t value) noexcept {
  return htobe32(value);
}

std::uint32_t from_network(std::uint32_t value) noexcept {
  return be32toh(value);
}

namespace {

constexpr std::uint8_t kHops = 64;  // the peer may be behind a router

Modification to_init(PortPlace place) {
  Modification step{.mask = IBV_QP_STATE | IBV_QP_PKEY_INDEX | IBV_QP_PORT | IBV_QP_ACCESS_FLAGS};
  step.attributes.port_num = place.port;
  step.attributes.qp_access_flags = IBV_ACCESS_REMOTE_WRITE;
  return step;
}

Modification to_ready_to_receive(const rnic::QpAttributes& attributes, PortPlace place) {
  Modification step{.mask = IBV_QP_STATE | IBV_QP_AV | IBV_QP_PATH_MTU | IBV_QP_DEST_QPN |
                            IBV_QP_RQ_PSN | IBV_QP_MAX_DEST_RD_ATOMIC | IBV_QP_MIN_RNR_TIMER};
  ibv_qp_attr& to = step.attributes;
  to.path_mtu = mtu(attributes.path_mtu);
  to.dest_qp_num = attributes.peer_qpn.value;
  to.rq_psn = attributes.receive_psn.value;
  to.max_dest_rd_atomic = 1;
  to.min_rnr_timer = attributes.min_rnr_timer;
  to.ah_attr.is_global = 1;
  to.ah_attr.port_num = place.port;
  to.ah_attr.sl = attributes.priority;
  to.ah_attr.grh.dgid = gid(attributes.peer_gid);
  to.ah_attr.grh.sgid_index = place.gid_index;
  to.ah_attr.grh.hop_limit = kHops;
  return step;
}

Modification to_ready_to_send(const rnic::QpAttributes& attributes) {
  Modification step{.mask = IBV_QP_STATE | IBV_QP_TIMEOUT | IBV_QP_RETRY_CNT | IBV_QP_RNR_RETRY |
                            IBV_QP_SQ_PSN | IBV_QP_MAX_QP_RD_ATOMIC};
  ibv_qp_attr& to = step.attributes;
  to.timeout = attributes.timeout;
  to.retry_cnt = attributes.retry_count;
  to.rnr_retry = attributes.rnr_retry;
  to.sq_psn = attributes.send_psn.value;
  to.max_rd_atomic = 1;
  return step;
}

}  // namespace

Modification modification(QpState to, const rnic::QpAttributes& attributes,
                          PortPlace place) noexcept {
  Modification step{.mask = IBV_QP_STATE};
  if (to == QpState::Init) step = to_init(place);
  if (to == QpState::ReadyToReceive) step = to_ready_to_receive(attributes, place);
  if (to == QpState::ReadyToSend) step = to_ready_to_send(attributes);
  step.attributes.qp_state = qp_state(to);
  return step;
}

}  // namespace smclab::verbs
