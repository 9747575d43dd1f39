// SPDX-License-Identifier: MIT
#include "emu/runtime/tcp_application.h"

namespace smclab::runtime {
namespace {

constexpr std::size_t kChunk = 65'536;

void drop_front(std::vector<std::byte>& bytes, std::size_t count) {
  bytes.erase(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(count));
}

}  // namespace

void TcpApplication::run(Instant now, Application& application, TcpStream& stream) {
  bool moved = true;
  while (moved && !over_) {
    moved = read(now, application, stream);
    moved = write(now, application, stream) || moved;
    if (!over_) carry_out(now, application, stream);
  }
}

bool TcpApplication::read(Instant now, Application& application, TcpStream& stream) {
  if (incoming_.empty() && !peer_ended_) {
    incoming_.resize(kChunk);
    const TcpTransfer transfer = stream.receive(incoming_);
    incoming_.resize(transfer.bytes);
    peer_ended_ = transfer.end;
    if (transfer.broken) {
      end(now, application, CloseReason::ResetByPeer);
      return false;
    }
  }
  const std::size_t taken = application.drain(now, incoming_);
  drop_front(incoming_, taken);
  if (peer_ended_ && incoming_.empty() && !told_end_) {
    told_end_ = true;
    application.on_end_of_stream();
    return true;
  }
  return taken > 0;
}

bool TcpApplication::write(Instant now, Application& application, TcpStream& stream) {
  bool moved = false;
  if (outgoing_.empty() && !closing_) {
    outgoing_.resize(kChunk);
    outgoing_.resize(application.fill(now, outgoing_));
    moved = !outgoing_.empty();
  }
  if (outgoing_.empty()) return moved;
  const TcpTransfer transfer = stream.send(outgoing_);
  if (transfer.broken) {
    end(now, application, CloseReason::ResetByPeer);
    return false;
  }
  drop_front(outgoing_, transfer.bytes);
  return transfer.bytes > 0;
}

void TcpApplication::carry_out(Instant now, Application& application, TcpStream& stream) {
  switch (application.wish()) {
    case scenario::Wish::None:
      break;
    case scenario::Wish::Shutdown:
      stream.push(outgoing_);
      outgoing_.clear();
      stream.finish();
      break;
    case scenario::Wish::Close:
      closing_ = true;
      stream.push(outgoing_);
      outgoing_.clear();
      stream.finish();
      end(now, application, CloseReason::Orderly);
      break;
    case scenario::Wish::Abort:
      stream.reset();
      end(now, application, CloseReason::LocalAbort);
      break;
  }
}

void TcpApplication::end(Instant now, Application& application, CloseReason why) {
  over_ = true;
  application.on_closed(now, why);
}

}  // namespace smclab::runtime
