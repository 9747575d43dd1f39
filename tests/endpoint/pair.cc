// SPDX-License-Identifier: MIT
#include "tests/endpoint/pair.h"

#include <algorithm>
#include <utility>

namespace smclab::test {
namespace {

Mac mac_of(std::uint8_t last) {
  Mac mac;
  mac.bytes = {std::byte{0x52}, std::byte{0x54}, std::byte{0},
               std::byte{0},    std::byte{0},    std::byte{last}};
  return mac;
}

Gid gid_of(std::uint8_t last) {
  Gid gid;
  gid.bytes[0] = std::byte{0xFE};
  gid.bytes[1] = std::byte{0x80};
  gid.bytes[15] = std::byte{last};
  return gid;
}

Config config_of(std::uint8_t last) {
  Config config;
  config.peer_id.bytes = {std::byte{0x1A}, std::byte{last}};
  for (std::size_t i = 0; i < 6; ++i) config.peer_id.bytes[2 + i] = mac_of(last).bytes[i];
  config.devices.push_back({.gid = gid_of(last),
                            .mac = mac_of(last),
                            .address = ipv4(10, 0, 0, last),
                            .prefix_length = 24});
  return config;
}

}  // namespace

Config client_config() {
  return config_of(2);
}
Config server_config() {
  return config_of(1);
}
Config v2_config(Config config, std::string_view ueid) {
  config.ueids = {*make_eid(ueid)};
  config.devices[0].gid = config.devices[0].address.gid;
  return config;
}

Pair::Pair(const Config& client, const Config& server) : hosts_{ToyHost(client), ToyHost(server)} {
  tell(kClient, input::Entropy{{1, 2, 3, 4}});
  tell(kServer, input::Entropy{{5, 6, 7, 8}});
}

ConnId Pair::connect(bool both_offered) {
  const ConnId conn{connections_++, 1};
  const IpAddress client = ipv4(10, 0, 0, 2);
  const IpAddress server = ipv4(10, 0, 0, 1);
  for (ToyHost& host : hosts_) {
    host.sockets[conn] = {};
    host.apps[conn] = {};
  }
  tell(kServer, input::TcpUp{conn, Role::Server, both_offered, server, client});
  tell(kClient, input::TcpUp{conn, Role::Client, both_offered, client, server});
  return conn;
}

void Pair::run(Duration limit) {
  const Instant until = now_ + limit;
  while (step(until)) {
  }
  now_ = until;
}

bool Pair::step(Instant until) {
  std::optional<Side> waking;
  Instant earliest = until;
  for (const Side side : {kClient, kServer}) {
    const auto deadline = hosts_[side].endpoint.deadline();
    if (deadline && *deadline <= earliest) {
      if (waking && *deadline == earliest) continue;
      earliest = *deadline;
      waking = side;
    }
  }
  if (!happenings_.empty() && happenings_.begin()->first <= earliest) {
    auto node = happenings_.extract(happenings_.begin());
    now_ = std::max(now_, node.key());
    happen(node.mapped());
    return true;
  }
  if (!waking) return false;
  now_ = std::max(now_, earliest);
  tell(*waking, input::Tick{});
  return true;
}

void Pair::later(Duration delay, Happening happening) {
  happenings_.emplace(now_ + delay, std::move(happening));
}

void Pair::happen(Happening& happening) {
  const Side side = happening.side;
  if (happening.to_socket) {
    const ConnId conn = std::get<input::TcpBytes>(happening.input).conn;
    Socket& socket = hosts_[side].sockets[conn];
    socket.inbox.insert(socket.inbox.end(), happening.bytes.begin(), happening.bytes.end());
    return pump(side, conn);
  }
  if (auto* message = std::get_if<input::Message>(&happening.input)) {
    message->bytes = happening.bytes;
  }
  tell(side, happening.input);
}

void Pair::tell(Side side, const Input& input) {
  hosts_[side].endpoint.handle(now_, input, hosts_[side].out);
  carry_out(side);
}

void Pair::carry_out(Side side) {
  ToyHost& host = hosts_[side];
  const Actions out = std::exchange(host.out, {});
  for (const TraceRecord& record : out.records()) host.trace.push_back(record);
  for (const Action& action : out.list()) {
    if (const auto* send = std::get_if<action::PostSend>(&action)) {
      const auto bytes = out.bytes(send->bytes);
      host.messages.emplace_back(bytes.begin(), bytes.end());
    } else if (const auto* write = std::get_if<action::WriteTcp>(&action)) {
      const auto bytes = out.bytes(write->bytes);
      Bytes& written = host.sockets[write->conn].written;
      written.insert(written.end(), bytes.begin(), bytes.end());
    }
    carry_out(side, action);
  }
}

void Pair::carry_out(Side side, const Action& action) {
  const Fate fate = hook ? hook(side, action) : Fate::pass();
  if (const auto* send = std::get_if<action::PostSend>(&action)) return post(side, *send, fate);
  if (const auto* write = std::get_if<action::PostWrite>(&action)) return post(side, *write, fate);
  serve_tcp(side, action, fate);
  serve_app(side, action);
  if (fate.kind != Fate::Kind::Drop) answer(side, action, fate);
}

void Pair::answer(Side side, const Action& action, const Fate& fate) {
  ToyHost& host = hosts_[side];
  const bool ok = fate.kind == Fate::Kind::Pass;
  const Duration delay = latency + fate.delay;
  if (const auto* make = std::get_if<action::MakeQp>(&action)) {
    const Qpn qpn{host.next_qpn++};
    if (ok) host.queue_pairs[make->link] = {.qpn = qpn, .state = QpState::Init};
    later(delay, {side, input::QpMade{make->link, ok, qpn}, {}});
  } else if (const auto* move = std::get_if<action::MoveQp>(&action)) {
    if (ok) {
      host.queue_pairs.at(move->link).state = move->to;
      host.queue_pairs.at(move->link).peer = move->peer_qpn;
    }
    later(delay, {side, input::QpMoved{move->link, move->to, ok}, {}});
  } else if (const auto* destroy = std::get_if<action::DestroyQp>(&action)) {
    host.queue_pairs.erase(destroy->link);
  } else if (const auto* buffer = std::get_if<action::MakeBuffer>(&action)) {
    if (ok) host.memories[buffer->buffer].bytes.assign(buffer->size, std::byte{0});
    later(delay, {side, input::BufferMade{buffer->buffer, ok}, {}});
  } else if (const auto* grant = std::get_if<action::RegisterBuffer>(&action)) {
    const Rkey key{host.next_key++};
    if (ok) host.memories.at(grant->buffer).keys[key.value] = grant->link;
    later(delay, {side,
                  input::BufferRegistered{grant->buffer, grant->link, ok, key,
                                          ToyHost::address_of(grant->buffer)},
                  {}});
  } else if (const auto* zero = std::get_if<action::ZeroBuffer>(&action)) {
    std::ranges::fill(host.memories.at(zero->buffer).bytes, std::byte{0});
  } else if (const auto* release = std::get_if<action::ReleaseBuffer>(&action)) {
    host.memories.erase(release->buffer);
  }
}

std::optional<LinkId> Pair::peer_link(Side side, LinkId link) const {
  const auto own = hosts_[side].queue_pairs.find(link);
  if (own == hosts_[side].queue_pairs.end()) return std::nullopt;
  for (const auto& [id, pair] : hosts_[other(side)].queue_pairs) {
    const bool receives =
        pair.state == QpState::ReadyToReceive || pair.state == QpState::ReadyToSend;
    if (pair.qpn == own->second.peer && receives) return id;
  }
  return std::nullopt;
}

void Pair::post(Side side, const action::PostSend& send, const Fate& fate) {
  const Bytes bytes = hosts_[side].messages[hosts_[side].messages.size() - 1];
  const auto peer = peer_link(side, send.link);
  const bool arrives = fate.kind == Fate::Kind::Pass && peer.has_value();
  if (arrives) later(latency + fate.delay, {other(side), input::Message{*peer, {}}, bytes});
  if (fate.kind == Fate::Kind::Drop) return;
  const auto status = arrives ? CompletionStatus::Success : fate.status;
  later(2 * latency + fate.delay, {side, input::SendDone{send.link, send.request, status}, {}});
}

void Pair::post(Side side, const action::PostWrite& write, const Fate& fate) {
  const auto peer = peer_link(side, write.link);
  const bool arrives = fate.kind == Fate::Kind::Pass && peer.has_value();
  if (arrives &&
      hosts_[other(side)].place(*peer, write.rkey, write.target, hosts_[side].gather(write))) {
    return;
  }
  if (fate.kind == Fate::Kind::Drop) return;
  const auto status = arrives ? CompletionStatus::RemoteAccess : fate.status;
  later(2 * latency, {side, input::SendDone{write.link, write.request, status}, {}});
}

void Pair::serve_tcp(Side side, const Action& action, const Fate& fate) {
  ToyHost& host = hosts_[side];
  const bool gone = fate.kind != Fate::Kind::Pass;
  if (const auto* read = std::get_if<action::ReadTcp>(&action)) {
    host.sockets[read->conn].wanted = read->length;
    pump(side, read->conn);
  } else if (const auto* cancel = std::get_if<action::CancelRead>(&action)) {
    host.sockets[cancel->conn].wanted.reset();
  } else if (const auto* write = std::get_if<action::WriteTcp>(&action)) {
    const Bytes& written = host.sockets[write->conn].written;
    const Bytes bytes(written.end() - write->bytes.length, written.end());
    const std::size_t piece = segment == 0 ? bytes.size() : segment;
    for (std::size_t at = 0; at < bytes.size() && !gone; at += piece) {
      const auto from = bytes.begin() + static_cast<std::ptrdiff_t>(at);
      const std::size_t length = std::min(piece, bytes.size() - at);
      later(latency + fate.delay, {other(side), input::TcpBytes{write->conn, {}},
                                   Bytes(from, from + static_cast<std::ptrdiff_t>(length)), true});
    }
  } else if (const auto* finish = std::get_if<action::FinishTcp>(&action)) {
    host.sockets[finish->conn].finished = true;
    later(latency, {other(side), input::TcpDown{finish->conn, TcpEnd::Fin}, {}});
  } else if (const auto* reset = std::get_if<action::ResetTcp>(&action)) {
    host.sockets[reset->conn].reset = true;
    later(latency, {other(side), input::TcpDown{reset->conn, TcpEnd::Reset}, {}});
  }
}

void Pair::pump(Side side, ConnId conn) {
  Socket& socket = hosts_[side].sockets[conn];
  if (!socket.wanted || socket.inbox.size() < *socket.wanted) return;
  const auto end = socket.inbox.begin() + *socket.wanted;
  const Bytes bytes(socket.inbox.begin(), end);
  socket.inbox.erase(socket.inbox.begin(), end);
  socket.taken += bytes.size();
  socket.wanted.reset();
  tell(side, input::TcpBytes{conn, bytes});
}

void Pair::serve_app(Side side, const Action& action) {
  if (const auto* connected = std::get_if<action::Connected>(&action)) {
    App& app = hosts_[side].apps[connected->conn];
    app.connected = true;
    app.send_buffer = connected->send;
    app.rmb = connected->rmb;
    app.send_size = app.space = connected->send_size;
    app.rmb_size = connected->rmb_size;
  } else if (const auto* readable = std::get_if<action::Readable>(&action)) {
    hosts_[side].apps[readable->conn].available = readable->available;
    if (auto_read) read(side, readable->conn, readable->available);
  } else if (const auto* writable = std::get_if<action::Writable>(&action)) {
    hosts_[side].apps[writable->conn].space = writable->space;
  } else if (const auto* end = std::get_if<action::EndOfStream>(&action)) {
    hosts_[side].apps[end->conn].end_of_stream = true;
    if (auto_close) later({}, {side, input::Close{end->conn}, {}});
  } else if (const auto* fell = std::get_if<action::FellBack>(&action)) {
    App& app = hosts_[side].apps[fell->conn];
    app.fell_back = true;
    app.own = fell->own;
    app.peer = fell->peer;
  } else if (const auto* refused = std::get_if<action::Refused>(&action)) {
    hosts_[side].apps[refused->conn].refusals.push_back(refused->why);
  } else if (const auto* closed = std::get_if<action::Closed>(&action)) {
    App& app = hosts_[side].apps[closed->conn];
    app.closed = closed->why;
    if (auto_close && app.connected) later({}, {side, input::Close{closed->conn}, {}});
  } else if (const auto* released = std::get_if<action::Released>(&action)) {
    hosts_[side].apps[released->conn].released = true;
  }
}

void Pair::write(Side side, ConnId conn, const Bytes& bytes) {
  hosts_[side].fill(conn, bytes);
  hosts_[side].apps.at(conn).space -= static_cast<std::uint32_t>(bytes.size());
  tell(side, input::Wrote{conn, static_cast<std::uint32_t>(bytes.size())});
}

void Pair::read(Side side, ConnId conn, std::uint32_t length) {
  hosts_[side].drain(conn, length);
  hosts_[side].apps.at(conn).available -= length;
  tell(side, input::Read{conn, length});
}

void Pair::close(Side side, ConnId conn) {
  tell(side, input::Close{conn});
}
void Pair::abort(Side side, ConnId conn) {
  tell(side, input::Abort{conn});
}
void Pair::shutdown(Side side, ConnId conn) {
  tell(side, input::Shutdown{conn});
}

void Pair::inject_tcp(Side side, ConnId conn, const Bytes& bytes) {
  Happening happening{side, input::TcpBytes{conn, {}}, bytes, true};
  happen(happening);
}

void Pair::inject_message(Side side, LinkId link, const Bytes& bytes) {
  tell(side, input::Message{link, bytes});
}

bool Pair::both_connected(ConnId conn) {
  return app(kClient, conn).connected && app(kServer, conn).connected;
}
bool Pair::both_fell_back(ConnId conn) {
  return app(kClient, conn).fell_back && app(kServer, conn).fell_back;
}

Bytes pattern(std::size_t length, unsigned seed) {
  Bytes bytes(length);
  unsigned state = seed;
  for (std::byte& byte : bytes) {
    state = state * 1'664'525U + 1'013'904'223U;
    byte = static_cast<std::byte>(state >> 24);
  }
  return bytes;
}

Bytes hex(std::string_view digits) {
  Bytes bytes;
  unsigned half = 0;
  bool high = true;
  for (const char c : digits) {
    if (c == ' ' || c == '\n') continue;
    const auto value = static_cast<unsigned>(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
    if (high) {
      half = value << 4;
    } else {
      bytes.push_back(static_cast<std::byte>(half | value));
    }
    high = !high;
  }
  return bytes;
}

}  // namespace smclab::test
