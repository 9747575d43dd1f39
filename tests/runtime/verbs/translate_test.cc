// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <cerrno>

#include "emu/verbs/open_port.h"
#include "emu/verbs/posted_work.h"
#include "emu/verbs/translate.h"

namespace smclab::verbs {
namespace {

TEST(Translate, OnlySuccessIsSuccess) {
  EXPECT_EQ(completion_status(IBV_WC_SUCCESS), CompletionStatus::Success);
  for (int i = IBV_WC_SUCCESS + 1; i <= IBV_WC_TM_RNDV_INCOMPLETE; ++i) {
    EXPECT_NE(completion_status(static_cast<ibv_wc_status>(i)), CompletionStatus::Success) << i;
  }
}

TEST(Translate, NamesTheFailuresThatTheCoreKnows) {
  EXPECT_EQ(completion_status(IBV_WC_LOC_LEN_ERR), CompletionStatus::LocalLength);
  EXPECT_EQ(completion_status(IBV_WC_LOC_PROT_ERR), CompletionStatus::LocalProtection);
  EXPECT_EQ(completion_status(IBV_WC_WR_FLUSH_ERR), CompletionStatus::Flushed);
  EXPECT_EQ(completion_status(IBV_WC_REM_INV_REQ_ERR), CompletionStatus::RemoteInvalid);
  EXPECT_EQ(completion_status(IBV_WC_REM_ACCESS_ERR), CompletionStatus::RemoteAccess);
  EXPECT_EQ(completion_status(IBV_WC_REM_OP_ERR), CompletionStatus::RemoteOperation);
  EXPECT_EQ(completion_status(IBV_WC_RETRY_EXC_ERR), CompletionStatus::RetriesExceeded);
  EXPECT_EQ(completion_status(IBV_WC_RNR_RETRY_EXC_ERR), CompletionStatus::RnrRetriesExceeded);
}

TEST(Translate, EveryErrorNumberHasAMeaning) {
  EXPECT_EQ(verb_status(0), rnic::VerbStatus::Success);
  EXPECT_EQ(verb_status(ENOMEM), rnic::VerbStatus::NoMemory);
  EXPECT_EQ(verb_status(EBUSY), rnic::VerbStatus::InUse);
  EXPECT_EQ(verb_status(EINVAL), rnic::VerbStatus::BadArgument);
  EXPECT_EQ(post_status(ENOMEM), rnic::VerbStatus::QueueFull);
  EXPECT_EQ(post_status(0), rnic::VerbStatus::Success);
  for (int error = 1; error < 200; ++error) {
    EXPECT_NE(verb_status(error), rnic::VerbStatus::Success) << error;
  }
}

TEST(Translate, GivesNoRightThatWasNotAskedFor) {
  EXPECT_EQ(access_flags({}), 0U);
  EXPECT_EQ(access_flags({.local_write = true}), unsigned{IBV_ACCESS_LOCAL_WRITE});
  EXPECT_EQ(access_flags({.local_write = true, .remote_write = true}),
            unsigned{IBV_ACCESS_LOCAL_WRITE | IBV_ACCESS_REMOTE_WRITE});
  EXPECT_EQ(access_flags({.remote_read = true}), unsigned{IBV_ACCESS_REMOTE_READ});
}

TEST(Translate, EventsOfQueuePairsAndPortsAreTold) {
  EXPECT_EQ(async_kind(IBV_EVENT_CQ_ERR), rnic::AsyncKind::CqOverflow);
  EXPECT_EQ(async_kind(IBV_EVENT_QP_FATAL), rnic::AsyncKind::QpFatal);
  EXPECT_EQ(async_kind(IBV_EVENT_QP_ACCESS_ERR), rnic::AsyncKind::QpAccessError);
  EXPECT_EQ(async_kind(IBV_EVENT_COMM_EST), std::nullopt);
  for (const ibv_event_type type :
       {IBV_EVENT_PORT_ACTIVE, IBV_EVENT_PORT_ERR, IBV_EVENT_GID_CHANGE}) {
    EXPECT_TRUE(concerns_port(type));
    EXPECT_EQ(async_kind(type), std::nullopt);
  }
  EXPECT_FALSE(concerns_port(IBV_EVENT_QP_FATAL));
}

TEST(Translate, AnAddressAndAnMtuComeBackAsTheyWere) {
  const Gid address = ipv4(10, 123, 0, 2).gid;
  EXPECT_EQ(gid(gid(address)), address);
  EXPECT_EQ(gid(address).raw[15], 2);
  for (const MtuCode code : {MtuCode::Mtu256, MtuCode::Mtu1024, MtuCode::Mtu4096}) {
    EXPECT_EQ(mtu_code(mtu(code)), code);
  }
  EXPECT_EQ(mtu(MtuCode::Mtu1024), IBV_MTU_1024);
  EXPECT_EQ(from_network(to_network(0x01020304)), 0x01020304U);
}

TEST(Modification, EachStepHasWhatInfiniBandRequires) {
  const rnic::QpAttributes attributes{.peer_gid = ipv4(10, 0, 0, 9).gid,
                                      .peer_qpn = {77},
                                      .path_mtu = MtuCode::Mtu2048,
                                      .receive_psn = {5},
                                      .send_psn = {6},
                                      .timeout = 14,
                                      .retry_count = 3,
                                      .rnr_retry = 2,
                                      .min_rnr_timer = 9};
  const PortPlace place{.port = 2, .gid_index = 4};

  const auto init = modification(QpState::Init, attributes, place);
  EXPECT_EQ(init.attributes.qp_state, IBV_QPS_INIT);
  EXPECT_EQ(init.attributes.port_num, 2);
  EXPECT_EQ(init.attributes.qp_access_flags, unsigned{IBV_ACCESS_REMOTE_WRITE});
  EXPECT_EQ(init.mask,
            unsigned{IBV_QP_STATE | IBV_QP_PKEY_INDEX | IBV_QP_PORT | IBV_QP_ACCESS_FLAGS});

  const auto receive = modification(QpState::ReadyToReceive, attributes, place);
  EXPECT_EQ(receive.attributes.qp_state, IBV_QPS_RTR);
  EXPECT_EQ(receive.attributes.path_mtu, IBV_MTU_2048);
  EXPECT_EQ(receive.attributes.dest_qp_num, 77U);
  EXPECT_EQ(receive.attributes.rq_psn, 5U);
  EXPECT_EQ(receive.attributes.min_rnr_timer, 9);
  EXPECT_EQ(receive.attributes.ah_attr.is_global, 1);
  EXPECT_EQ(receive.attributes.ah_attr.grh.sgid_index, 4);
  EXPECT_EQ(gid(receive.attributes.ah_attr.grh.dgid), attributes.peer_gid);

  const auto send = modification(QpState::ReadyToSend, attributes, place);
  EXPECT_EQ(send.attributes.qp_state, IBV_QPS_RTS);
  EXPECT_EQ(send.attributes.sq_psn, 6U);
  EXPECT_EQ(send.attributes.timeout, 14);
  EXPECT_EQ(send.attributes.retry_cnt, 3);
  EXPECT_EQ(send.attributes.rnr_retry, 2);

  EXPECT_EQ(modification(QpState::Error, attributes, place).mask, unsigned{IBV_QP_STATE});
}

TEST(PostedWork, ASignaledOneEndsThoseBefore) {
  PostedWork posted(3);
  posted.add({.id = 10, .kind = rnic::CompletionKind::Write});
  posted.add({.id = 11, .kind = rnic::CompletionKind::Write});
  posted.add({.id = 12, .kind = rnic::CompletionKind::Send});
  EXPECT_TRUE(posted.full());
  const auto ended = posted.finish(2);
  ASSERT_TRUE(ended);
  EXPECT_EQ(ended->id, 12U);
  EXPECT_EQ(ended->kind, rnic::CompletionKind::Send);
  EXPECT_FALSE(posted.full());
  EXPECT_EQ(posted.finish(1), std::nullopt) << "it ended in silence";
  EXPECT_EQ(posted.finish(3), std::nullopt) << "it was never posted";
  posted.add({.id = 13});
  EXPECT_EQ(posted.finish(3)->id, 13U);
  posted.add({.id = 14});
  posted.forget_all();
  EXPECT_EQ(posted.finish(4), std::nullopt);
}

bool is_one_line(const std::string& sentence) {
  return !sentence.empty() && sentence.find('\n') == std::string::npos;
}

TEST(Missing, EachSentenceNamesWhatIsMissing) {
  EXPECT_NE(missing::devices(ENOSYS).find("ib_uverbs"), std::string::npos);
  EXPECT_NE(missing::devices(0).find("no RDMA device"), std::string::npos);
  EXPECT_NE(missing::devices(EACCES).find("Permission denied"), std::string::npos);
  EXPECT_NE(missing::rights("mlx5_0", EACCES).find("mlx5_0: Permission denied"), std::string::npos);
  const Gid wanted = ipv4(10, 123, 0, 1).gid;
  const Gid other = ipv4(192, 0, 2, 7).gid;
  EXPECT_EQ(missing::address(wanted, {other}),
            "no RDMA port has the RoCEv2 address 10.123.0.1; there are 192.0.2.7");
  EXPECT_EQ(missing::address(wanted, {}),
            "no RDMA port has the RoCEv2 address 10.123.0.1, nor any other");
  for (const int error : {0, ENOSYS, EACCES}) EXPECT_TRUE(is_one_line(missing::devices(error)));
}

}  // namespace
}  // namespace smclab::verbs
