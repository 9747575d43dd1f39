// SPDX-License-Identifier: MIT
//
// Two Endpoints, a virtual clock, and a network and RNICs that never fail unless a test says so:
// a hook sees every action and may deny it, drop it or delay what it causes. A test reads as a
// story: connect, run, look at both ends.
#pragma once

#include <array>
#include <functional>
#include <map>

#include "tests/endpoint/toy_host.h"

namespace smclab::test {

enum Side : std::size_t { kClient = 0, kServer = 1 };
[[nodiscard]] constexpr Side other(Side side) noexcept {
  return side == kClient ? kServer : kClient;
}

/// What becomes of an action. Deny makes its answer a failure, for PostSend with `status`.
struct Fate {
  enum class Kind : std::uint8_t { Pass, Deny, Drop };
  Kind kind = Kind::Pass;
  Duration delay{};
  CompletionStatus status = CompletionStatus::RetriesExceeded;

  static Fate pass() { return {}; }
  static Fate deny() { return {.kind = Kind::Deny}; }
  static Fate drop() { return {.kind = Kind::Drop}; }
};
using Hook = std::function<Fate(Side, const Action&)>;

[[nodiscard]] Config client_config();
[[nodiscard]] Config server_config();
/// The same with an enterprise id and a routable address, which make version 2.
[[nodiscard]] Config v2_config(Config config, std::string_view ueid = "LAB");
[[nodiscard]] inline Config v2_client() {
  return v2_config(client_config());
}
[[nodiscard]] inline Config v2_server() {
  return v2_config(server_config());
}

class Pair {
 public:
  explicit Pair(const Config& client = client_config(), const Config& server = server_config());

  /// A TCP connection comes up, and both ends hear of it: the server first.
  ConnId connect(bool both_offered = true);
  /// Until nothing is left to happen but timers later than `limit` from now.
  void run(Duration limit = std::chrono::milliseconds(500));
  /// One happening, if there is one before `until`. Tells whether there was.
  bool step(Instant until);

  /// The application's calls.
  void write(Side side, ConnId conn, const Bytes& bytes);
  void read(Side side, ConnId conn, std::uint32_t length);
  void close(Side side, ConnId conn);
  void abort(Side side, ConnId conn);
  void shutdown(Side side, ConnId conn);
  /// Any input, now.
  void tell(Side side, const Input& input);
  /// Bytes from nowhere on a host's TCP connection, or a message on its link.
  void inject_tcp(Side side, ConnId conn, const Bytes& bytes);
  void inject_message(Side side, LinkId link, const Bytes& bytes);

  [[nodiscard]] ToyHost& host(Side side) noexcept { return hosts_[side]; }
  [[nodiscard]] App& app(Side side, ConnId conn) { return hosts_[side].apps[conn]; }
  [[nodiscard]] Socket& socket(Side side, ConnId conn) { return hosts_[side].sockets[conn]; }
  [[nodiscard]] const Endpoint& endpoint(Side side) const { return hosts_[side].endpoint; }
  [[nodiscard]] Instant now() const noexcept { return now_; }
  [[nodiscard]] bool both_connected(ConnId conn);
  [[nodiscard]] bool both_fell_back(ConnId conn);

  Hook hook;               ///< none: everything passes
  bool auto_read = true;   ///< applications read what is readable at once
  bool auto_close = true;  ///< applications close when they are told of the end
  Duration latency = std::chrono::microseconds(10);
  std::size_t segment = 0;  ///< TCP bytes arrive in pieces of this size; 0: as written

 private:
  // Something that will happen to a host. Bytes that an input views lie in `bytes`.
  struct Happening {
    Side side;
    Input input;
    Bytes bytes;
    bool to_socket = false;  // bytes for the inbox of the connection that `input` names
  };
  void happen(Happening& happening);
  void later(Duration delay, Happening happening);
  void carry_out(Side side);
  void carry_out(Side side, const Action& action);
  void answer(Side side, const Action& action, const Fate& fate);
  void post(Side side, const action::PostSend& send, const Fate& fate);
  void post(Side side, const action::PostWrite& write, const Fate& fate);
  void serve_app(Side side, const Action& action);
  void serve_tcp(Side side, const Action& action, const Fate& fate);
  void pump(Side side, ConnId conn);
  std::optional<LinkId> peer_link(Side side, LinkId link) const;

  Instant now_{};
  std::array<ToyHost, 2> hosts_;
  std::multimap<Instant, Happening> happenings_;  // equal times in order of insertion
  std::uint32_t connections_ = 0;
};

/// `length` bytes that tell where they stand.
[[nodiscard]] Bytes pattern(std::size_t length, unsigned seed = 1);
/// Bytes from hexadecimal digits; blanks are skipped.
[[nodiscard]] Bytes hex(std::string_view digits);

}  // namespace smclab::test
