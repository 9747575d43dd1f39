// SPDX-License-Identifier: MIT
//
// smclab-hostile: a peer that shows the SMC-R option in its TCP handshake and then does not keep to
// the protocol, and one that throws rubbish at an RNIC. It holds on to its connection until the
// other side has enough of it, and says on standard output how that was.
//
//   smclab-hostile client ADDRESS PORT WHAT     speaks first
//   smclab-hostile server PORT WHAT             listens, and speaks after the other has
//   smclab-hostile roce ADDRESS                 datagrams to UDP 4791 until it is ended
//
// WHAT: garbage    bytes that are no CLC message
//       truncated  a message that ends before its length, and with it the stream
//       endless    a message with the greatest length there is, and more bytes than that
//       odd        a whole message of a type that there is not
//       silent     nothing at all, and after a while the stream ends
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <cstdio>
#include <random>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "emu/synopt/socket.h"

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using asio::ip::udp;
using Bytes = std::vector<unsigned char>;

constexpr unsigned char kNoType = 0x77;
constexpr std::size_t kMostLength = 0xFFFF;
constexpr auto kSilence = std::chrono::seconds(8);  // longer than anybody waits for CLC

Bytes random_bytes(std::size_t count) {
  static std::mt19937 chance(4791);  // the same rubbish each time
  Bytes bytes(count);
  for (auto& byte : bytes) byte = static_cast<unsigned char>(chance());
  return bytes;
}

// A CLC header (the eye catcher SMCR in EBCDIC, type, length, version 2), and rubbish behind it.
Bytes message(unsigned char type, std::size_t length, std::size_t rubbish) {
  Bytes bytes = {0xE2,
                 0xD4,
                 0xC3,
                 0xD9,
                 type,
                 static_cast<unsigned char>(length >> 8),
                 static_cast<unsigned char>(length & 0xFF),
                 0x20};
  const Bytes more = random_bytes(rubbish);
  bytes.insert(bytes.end(), more.begin(), more.end());
  return bytes;
}

// What this side would have to say: a client PROPOSAL (1), a server ACCEPT (2).
Bytes words_of(std::string_view what, unsigned char type) {
  if (what == "garbage") return random_bytes(200);
  if (what == "truncated") return message(type, 156, 40);
  if (what == "endless") return message(type, kMostLength, 2 * kMostLength);
  if (what == "odd") return message(kNoType, 64, 64 - 8);
  return {};
}

// Until the other side ends the connection, whichever way.
void be_hostile(tcp::socket& socket, std::string_view what, unsigned char type) {
  const auto handshake = smclab::synopt::handshake_of(socket.native_handle());
  fmt::print("option {}\n", handshake && handshake->both() ? "on both sides" : "missing");
  std::fflush(stdout);
  boost::system::error_code error;
  std::array<unsigned char, 4096> room{};
  std::size_t heard = 0;
  if (type == 2) heard += socket.read_some(asio::buffer(room), error);
  asio::write(socket, asio::buffer(words_of(what, type)), error);
  // A server that has waited for CLC goes on over TCP, where silence may last for ever.
  if (what == "silent") std::this_thread::sleep_for(kSilence);
  if (what == "truncated" || what == "silent") socket.shutdown(tcp::socket::shutdown_send, error);
  error.clear();
  while (!error) heard += socket.read_some(asio::buffer(room), error);
  fmt::print("heard {} bytes, then: {}\n", heard, error.message());
}

int client(const asio::ip::address& address, unsigned short port, std::string_view what) {
  asio::io_context loop;
  tcp::socket socket(loop, tcp::v4());
  static_cast<void>(smclab::synopt::offer(socket.native_handle()));
  socket.connect({address, port});
  be_hostile(socket, what, 1);
  return 0;
}

int server(unsigned short port, std::string_view what) {
  asio::io_context loop;
  tcp::acceptor acceptor(loop, tcp::v4());
  acceptor.set_option(asio::socket_base::reuse_address(true));
  acceptor.bind({tcp::v4(), port});
  static_cast<void>(smclab::synopt::offer(acceptor.native_handle()));
  acceptor.listen();
  fmt::print(stderr, "listening\n");
  tcp::socket socket = acceptor.accept();
  be_hostile(socket, what, 2);
  return 0;
}

// Rubbish of every length, some of it behind the head of an RC frame to an early queue pair.
int throw_at_rnic(const asio::ip::address& address) {
  asio::io_context loop;
  udp::socket socket(loop, udp::v4());
  boost::system::error_code ignored;
  for (unsigned count = 0;; ++count) {
    Bytes frame = random_bytes(count * 7 % 1400);
    if (count % 2 == 0 && frame.size() > 12) {
      const Bytes head = {static_cast<unsigned char>(count % 18), 0x40, 0xFF, 0xFF, 0, 0, 0,
                          static_cast<unsigned char>(count % 32)};
      std::copy(head.begin(), head.end(), frame.begin());
    }
    socket.send_to(asio::buffer(frame), {address, 4791}, 0, ignored);
    std::this_thread::sleep_for(std::chrono::microseconds(300));
  }
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  const auto number = [&](std::size_t i) {
    return static_cast<unsigned short>(std::stoul(words[i]));
  };
  try {
    if (words.size() == 4 && words[0] == "client") {
      return client(asio::ip::make_address(words[1]), number(2), words[3]);
    }
    if (words.size() == 3 && words[0] == "server") return server(number(1), words[2]);
    if (words.size() == 2 && words[0] == "roce") {
      return throw_at_rnic(asio::ip::make_address(words[1]));
    }
  } catch (const std::exception& error) {
    fmt::print(stderr, "smclab-hostile: {}\n", error.what());
    return 3;
  }
  fmt::print(stderr, "smclab-hostile: client ADDRESS PORT WHAT, server PORT WHAT, roce ADDRESS\n");
  return 2;
}
