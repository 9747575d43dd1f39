// SPDX-License-Identifier: MIT
#include "tests/endpoint/alone.h"

#include <utility>

namespace smclab::test {

Alone::Alone(const Config& config, std::vector<Rmb> rmbs)
    : endpoint(config), rmbs_(std::move(rmbs)) {
  tell(input::Entropy{{1, 2, 3, 4}});
}

void Alone::tell(const Input& input) {
  Actions out;
  endpoint.handle(now, input, out);
  std::vector<Input> answers;
  for (const Action& action : out.list()) note(out, action, answers);
  for (const Input& answer : answers) tell(answer);
}

void Alone::note(const Actions& out, const Action& action, std::vector<Input>& answers) {
  if (const auto* write = std::get_if<action::WriteTcp>(&action)) {
    const auto bytes = out.bytes(write->bytes);
    tcp.emplace_back(bytes.begin(), bytes.end());
  } else if (const auto* make = std::get_if<action::MakeQp>(&action)) {
    link = make->link;
    queue_pairs.push_back(*make);
    answers.push_back(input::QpMade{make->link, true, {0x11}});
  } else if (const auto* move = std::get_if<action::MoveQp>(&action)) {
    moves.push_back(*move);
    answers.push_back(input::QpMoved{move->link, move->to, true});
  } else if (const auto* buffer = std::get_if<action::MakeBuffer>(&action)) {
    answers.push_back(input::BufferMade{buffer->buffer, true});
  } else if (const auto* grant = std::get_if<action::RegisterBuffer>(&action)) {
    const bool rmb = grant->kind == action::BufferKind::Rmb && named_ < rmbs_.size();
    const Rmb name = rmb ? rmbs_[named_++] : Rmb{{1}, {0x1000}};
    answers.push_back(
        input::BufferRegistered{grant->buffer, grant->link, true, name.rkey, name.address});
  } else if (const auto* send = std::get_if<action::PostSend>(&action)) {
    const auto bytes = out.bytes(send->bytes);
    sent.emplace_back(bytes.begin(), bytes.end());
    answers.push_back(input::SendDone{send->link, send->request});
  } else if (const auto* rdma = std::get_if<action::PostWrite>(&action)) {
    writes.push_back(*rdma);
  } else if (const auto* fallback = std::get_if<action::FellBack>(&action)) {
    fell_back = *fallback;
  } else if (const auto* end = std::get_if<action::Closed>(&action)) {
    closed = end->why;
  } else if (const auto* data = std::get_if<action::Readable>(&action)) {
    readable = data->available;
  } else if (std::holds_alternative<action::EndOfStream>(action)) {
    end_of_stream = true;
  } else if (std::holds_alternative<action::Connected>(action)) {
    ++connected;
  }
}

void Alone::begin(ConnId conn, Role role) {
  const IpAddress client = ipv4(10, 0, 0, 2);
  const IpAddress server = ipv4(10, 0, 0, 1);
  const bool is_client = role == Role::Client;
  tell(input::TcpUp{conn, role, true, is_client ? client : server, is_client ? server : client});
}

void Alone::hear_clc(ConnId conn, std::string_view digits) {
  const Bytes bytes = hex(digits);
  tell(input::TcpBytes{conn, std::span(bytes).first(8)});
  tell(input::TcpBytes{conn, std::span(bytes).subspan(8)});
}

void Alone::hear_cdc(std::string_view digits, AlertToken token) {
  auto cdc = wire::decode<wire::Cdc>(hex(digits));
  cdc->token = token;
  hear(encoded(*cdc));
}

}  // namespace smclab::test
