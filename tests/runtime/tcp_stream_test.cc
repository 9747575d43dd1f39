// SPDX-License-Identifier: MIT
#include "emu/runtime/tcp_stream.h"

#include <gtest/gtest.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <string>

namespace smclab::runtime {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

std::span<const std::byte> bytes_of(const std::string& text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

// One stream under test, and the other end as a plain blocking socket.
class TcpStreamTest : public testing::Test {
 protected:
  void SetUp() override {
    tcp::acceptor acceptor(loop_, {asio::ip::make_address("127.0.0.1"), 0});
    other_.connect(acceptor.local_endpoint());
    stream_ = std::make_shared<TcpStream>(acceptor.accept(),
                                          TcpEvents{.pulled =
                                                        [this](std::span<const std::byte> bytes) {
                                                          pulled_.append(text_of(bytes));
                                                          ++pulls_;
                                                        },
                                                    .down = [this](TcpEnd how) { down_ = how; },
                                                    .ready = [this] { ++ready_; }});
    stream_->start();
  }
  static std::string text_of(std::span<const std::byte> bytes) {
    std::string text;
    for (const std::byte b : bytes) text.push_back(static_cast<char>(b));
    return text;
  }
  void say(const std::string& text) { asio::write(other_, asio::buffer(text)); }
  template <class Condition>
  void run_until(Condition condition) {
    const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (!condition() && std::chrono::steady_clock::now() < patience) {
      loop_.run_one_for(std::chrono::milliseconds(10));
      loop_.restart();
    }
    ASSERT_TRUE(condition());
  }

  asio::io_context loop_;
  tcp::socket other_{loop_};
  std::shared_ptr<TcpStream> stream_;
  std::string pulled_;
  int pulls_ = 0;
  int ready_ = 0;
  std::optional<TcpEnd> down_;
};

TEST_F(TcpStreamTest, PullTakesExactlyWhatWasAskedAndLeavesTheRest) {
  say("headerbodyapplication");
  stream_->pull(6);
  run_until([&] { return pulls_ == 1; });
  EXPECT_EQ(pulled_, "header");
  stream_->pull(4);
  run_until([&] { return pulls_ == 2; });
  EXPECT_EQ(pulled_, "headerbody");
  stream_->use_by_application();
  run_until([&] { return ready_ > 0; });
  std::array<std::byte, 64> room{};
  const TcpTransfer transfer = stream_->receive(room);
  EXPECT_EQ(text_of(std::span(room).first(transfer.bytes)), "application");
}

TEST_F(TcpStreamTest, PullWaitsForBytesThatComeOneByOne) {
  stream_->pull(5);
  for (const char c : std::string("hello")) {
    EXPECT_EQ(pulls_, 0);
    say(std::string(1, c));
    loop_.run_one_for(std::chrono::milliseconds(5));
    loop_.restart();
  }
  run_until([&] { return pulls_ == 1; });
  EXPECT_EQ(pulled_, "hello");
}

TEST_F(TcpStreamTest, TellsTheEndOnceEvenWhenNobodyPulls) {
  other_.shutdown(tcp::socket::shutdown_send);
  run_until([&] { return down_.has_value(); });
  EXPECT_EQ(down_, TcpEnd::Fin);
}

TEST_F(TcpStreamTest, TellsAReset) {
  stream_->pull(1);
  other_.set_option(asio::socket_base::linger(true, 0));
  other_.close();
  run_until([&] { return down_.has_value(); });
  EXPECT_EQ(down_, TcpEnd::Reset);
}

TEST_F(TcpStreamTest, UnwantedBytesAreNotAnEndAndAreKept) {
  say("late");
  loop_.run_for(std::chrono::milliseconds(20));
  loop_.restart();
  EXPECT_FALSE(down_.has_value());
  stream_->pull(4);
  run_until([&] { return pulls_ == 1; });
  EXPECT_EQ(pulled_, "late");
}

TEST_F(TcpStreamTest, FinishComesBehindAllThatWasPushed) {
  const std::string message(300'000, 'x');
  stream_->push(bytes_of(message));
  stream_->finish();
  std::size_t got = 0;
  other_.non_blocking(true);
  bool ended = false;
  run_until([&] {
    std::array<char, 65'536> room{};
    boost::system::error_code error;
    got += other_.receive(asio::buffer(room), 0, error);
    ended = error == asio::error::eof;
    return ended;
  });
  EXPECT_EQ(got, message.size());
}

TEST_F(TcpStreamTest, ResetIsSeenAsOne) {
  stream_->reset();
  char byte = 0;
  boost::system::error_code error;
  other_.receive(asio::buffer(&byte, 1), 0, error);
  EXPECT_EQ(error, asio::error::connection_reset);
  EXPECT_TRUE(stream_->receive(std::span<std::byte>()).broken);
}

}  // namespace
}  // namespace smclab::runtime
