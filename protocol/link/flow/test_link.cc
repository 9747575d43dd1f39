// SPDX-License-Identifier: MIT
#include "protocol/link/flow/test_link.h"

#include "protocol/link/termination.h"

namespace smclab {
namespace {

void arm(Turn& turn, Link& link, Duration wait) {
  turn.arm(link.test_timer, wait, alarm_of(TimerKind::TestLink, link.id));
}

// Linux sends zeros. With other bytes an answer to an earlier request would be noticed.
std::array<std::byte, 16> draw_data(Turn& turn) {
  std::array<std::byte, 16> data{};
  if (turn.config.profile == Profile::Linux) return data;
  for (std::byte& byte : data) byte = static_cast<std::byte>(turn.chance.draw(8));
  return data;
}

}  // namespace

void start_testing(Turn& turn, Link& link) {
  link.last_receive = turn.now;
  if (turn.config.smcr_testlink_time > Duration{}) {
    arm(turn, link, turn.config.smcr_testlink_time);
  }
}

void handle_test_timer(Turn& turn, Directory& directory, Link& link) {
  if (link.testing) {
    trace_fires(turn, link.subject(), {.to = "test_link", .cause = "no answer"});
    return lose_link(turn, directory, link, "TEST LINK unanswered");
  }
  const Duration silent = turn.now - link.last_receive;
  if (silent < turn.config.smcr_testlink_time) {
    return arm(turn, link, turn.config.smcr_testlink_time - silent);
  }
  link.testing = true;
  link.test_data = draw_data(turn);
  arm(turn, link, turn.config.timeouts.llc_response);
  post_llc(turn, link, wire::TestLink{.user_data = link.test_data});
}

void handle_test_link(Turn& turn, Directory& directory, Link& link, const wire::TestLink& message) {
  if (!message.head.response) {
    wire::TestLink answer = message;
    answer.head.response = true;
    post_llc(turn, link, answer);
    return;
  }
  if (!link.testing) {
    ++directory.dropped.out_of_flow;
    return;
  }
  if (message.user_data != link.test_data) {
    return lose_link(turn, directory, link, "TEST LINK answer differs");
  }
  link.testing = false;
  arm(turn, link, turn.config.smcr_testlink_time);
}

}  // namespace smclab
