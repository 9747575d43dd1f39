// SPDX-License-Identifier: MIT
//
// Where a host's Stack meets its TCP: CLC is read byte for byte as the core asks, the state of
// each socket is reviewed against what was told before, and what concerns the application is
// passed on in one form, whatever carries the connection.
#include <algorithm>

#include "emu/world/world.h"
#include "protocol/check.h"

namespace smclab::world {

void World::carry_out(HostId id) {
  std::size_t record = 0;
  std::size_t output = 0;
  for (;;) {
    for (; record < outputs_.records().size(); ++record) {
      keep(id, outputs_.records()[record]);
    }
    if (output < outputs_.list().size()) {
      pass_on(id, stack::Output(outputs_.list()[output++]));
    } else if (!reviews_.empty()) {
      const auto [host, conn] = reviews_.back();
      reviews_.pop_back();
      review(host, conn);
    } else {
      break;
    }
  }
  outputs_.clear();
  touch(id);
}

void World::keep(HostId id, const TraceRecord& record) {
  last_activity_ = std::max(last_activity_, now_);
  trace_(id, record.at, record.event, record.object, record.index, record.from, record.to,
         record.cause, record.value);
  happenings_.records.push_back({id, record});
}

void World::note(HostId host, const TraceRecord& record) {
  keep(host, record);
}

void World::pass_on(HostId id, const stack::Output& output) {
  const ConnId conn_id = std::visit([](const auto& action) { return action.conn; }, output);
  Host& host = hosts_[id.value];
  Conn* conn = host.conns.find(conn_id);
  if (conn == nullptr) return;
  if (const auto* read = std::get_if<action::ReadTcp>(&output)) {
    conn->wanted = read->length;
    reviews_.emplace_back(id, conn_id);
  } else if (std::holds_alternative<action::CancelRead>(output)) {
    conn->wanted.reset();
  } else if (const auto* write = std::get_if<action::WriteTcp>(&output)) {
    host.tcp.write(now_, conn->socket, outputs_.bytes(write->bytes));
  } else if (std::holds_alternative<action::FinishTcp>(output)) {
    host.tcp.finish(conn->socket);
  } else if (std::holds_alternative<action::ResetTcp>(output)) {
    host.tcp.reset(conn->socket);
    conn->down_told = true;
  } else if (std::holds_alternative<action::Connected>(output)) {
    conn->carrier = Carrier::Smc;
    tell_app(id, conn_id, {.news = AppNews::Connected, .over_smc = true});
  } else if (std::holds_alternative<action::Readable>(output)) {
    tell_app(id, conn_id, {.news = AppNews::Readable});
  } else if (std::holds_alternative<action::Writable>(output)) {
    tell_app(id, conn_id, {.news = AppNews::Writable});
  } else if (std::holds_alternative<action::EndOfStream>(output)) {
    tell_end(id, conn_id);
  } else if (const auto* fell = std::get_if<action::FellBack>(&output)) {
    conn->carrier = Carrier::Tcp;
    tell_app(id, conn_id, {.news = AppNews::Connected, .own = fell->own, .peer = fell->peer});
    reviews_.emplace_back(id, conn_id);
  } else if (std::holds_alternative<action::Refused>(output)) {
    tell_app(id, conn_id, {.news = AppNews::Refused});
  } else if (const auto* closed = std::get_if<action::Closed>(&output)) {
    conn->closed_told = true;
    tell_app(id, conn_id, {.news = AppNews::Closed, .why = closed->why});
    reviews_.emplace_back(id, conn_id);
  } else if (std::holds_alternative<action::Released>(output)) {
    if (conn->carrier != Carrier::Tcp) finish(id, conn_id);
  }
}

void World::tell_app(HostId host, ConnId conn, AppEvent event) {
  event.host = host;
  event.conn = conn;
  happenings_.apps.push_back(event);
}

void World::tell_end(HostId id, ConnId conn_id) {
  Conn& conn = hosts_[id.value].conns.at(conn_id);
  if (conn.end_told) return;
  conn.end_told = true;
  if (watches_) {
    oracle_.ended({conn.number, conn.role == Role::Server}, receive_data(id, conn_id).bytes);
  }
  tell_app(id, conn_id, {.news = AppNews::EndOfStream});
}

/// The connection is over for everybody here; its socket may still have something to say.
void World::finish(HostId id, ConnId conn_id) {
  Host& host = hosts_[id.value];
  const TcpId socket = host.conns.at(conn_id).socket;
  host.by_socket[socket.index].reset();
  host.tcp.release(socket);
  host.conns.erase(conn_id);
}

// --- TCP -----------------------------------------------------------------------------------------

void World::hear(HostId id, const TcpEvents& events) {
  Host& host = hosts_[id.value];
  for (const TcpEvent& event : events) {
    std::optional<ConnId> conn;
    if (event.socket.index < host.by_socket.size()) conn = host.by_socket[event.socket.index];
    if (conn && host.conns.at(*conn).socket != event.socket) conn.reset();
    if (!conn && event.news.has(TcpNews::Up)) conn = accept(id, event.socket);
    if (!conn) {
      if (event.news.has(TcpNews::Refused)) host.tcp.release(event.socket);
      continue;
    }
    if (event.news.has(TcpNews::Writable) && host.conns.at(*conn).carrier == Carrier::Tcp) {
      tell_app(id, *conn, {.news = AppNews::Writable});
    }
    reviews_.emplace_back(id, *conn);
  }
}

std::optional<ConnId> World::accept(HostId id, TcpId socket) {
  Host& host = hosts_[id.value];
  const TcpOpening opening = host.tcp.find(socket)->opening();
  // Both ends of a connection have one number; the client's is found by its addresses.
  std::optional<std::uint32_t> number;
  for (const Host& other : hosts_) {
    const auto client = other.tcp.find(opening.peer, opening.local);
    if (!client || client->index >= other.by_socket.size()) continue;
    const auto conn = other.by_socket[client->index];
    if (conn) number = other.conns.at(*conn).number;
  }
  if (!number) number = oracle_.open();
  const ConnId conn = host.conns.insert(
      {.socket = socket, .role = Role::Server, .port = opening.local.port, .number = *number});
  if (host.by_socket.size() <= socket.index) host.by_socket.resize(socket.index + std::size_t{1});
  host.by_socket[socket.index] = conn;
  tell_app(id, conn, {.news = AppNews::Accepted});
  return conn;
}

/// Compares what TCP knows with what was told, and tells the rest. Safe at any time, so a host
/// that was stalled catches up by it.
void World::review(HostId id, ConnId conn_id) {
  if (stalled(id)) return;
  const Conn* conn = hosts_[id.value].conns.find(conn_id);
  if (conn == nullptr) return;
  if (conn->carrier == Carrier::Tcp) {
    review_tcp(id, conn_id);
  } else {
    review_core(id, conn_id);
  }
}

void World::review_core(HostId id, ConnId conn_id) {
  Host& host = hosts_[id.value];
  Conn& conn = host.conns.at(conn_id);
  const TcpSocket& socket = *host.tcp.find(conn.socket);
  const bool gone = socket.phase() == TcpPhase::Gone;
  const auto again = [&] { reviews_.emplace_back(id, conn_id); };
  if (!conn.up_told) {
    if (gone) {
      conn.closed_told = true;
      tell_app(id, conn_id, {.news = AppNews::Closed, .why = CloseReason::TcpFailed});
      finish(id, conn_id);
    } else if (socket.phase() == TcpPhase::Up) {
      conn.up_told = true;
      const stack::input::TcpUp up{.conn = conn_id,
                                   .role = conn.role,
                                   .both_offered = socket.both_offered_smc(),
                                   .local = socket.opening().local.ip,
                                   .peer = socket.opening().peer.ip};
      host.stack.handle(now_, up, outputs_);
      again();
    }
    return;
  }
  if (conn.closed_told && !conn.let_go) {
    // An application that was told so closes its socket.
    conn.let_go = true;
    host.stack.handle(now_, stack::input::Close{conn_id}, outputs_);
    again();
  } else if (conn.wanted && socket.readable().size() >= *conn.wanted) {
    const std::uint32_t length = *conn.wanted;
    conn.wanted.reset();
    host.stack.handle(now_, stack::input::TcpBytes{conn_id, socket.readable().first(length)},
                      outputs_);
    host.tcp.consume(conn.socket, length);
    again();
  } else if (socket.peer_finished() && !conn.fin_told) {
    conn.fin_told = true;
    host.stack.handle(now_, stack::input::TcpDown{conn_id, TcpEnd::Fin}, outputs_);
    again();
  } else if (gone && !conn.down_told) {
    conn.down_told = true;
    host.stack.handle(now_, stack::input::TcpDown{conn_id, TcpEnd::Reset}, outputs_);
  }
}

void World::review_tcp(HostId id, ConnId conn_id) {
  Host& host = hosts_[id.value];
  Conn& conn = host.conns.at(conn_id);
  const TcpSocket& socket = *host.tcp.find(conn.socket);
  if (!socket.readable().empty()) tell_app(id, conn_id, {.news = AppNews::Readable});
  if (socket.peer_finished()) tell_end(id, conn_id);
  const bool reset = socket.phase() == TcpPhase::Gone;
  if (conn.closed_told || !(reset || socket.finished())) return;
  conn.closed_told = true;
  tell_app(
      id, conn_id,
      {.news = AppNews::Closed, .why = reset ? CloseReason::ResetByPeer : CloseReason::Orderly});
  finish(id, conn_id);
}

}  // namespace smclab::world
