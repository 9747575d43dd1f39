// SPDX-License-Identifier: MIT
#include "tests/interop/peer/options.h"

#include <boost/asio/ip/address.hpp>
#include <charconv>
#include <functional>
#include <map>
#include <string_view>

#include "emu/runtime/address.h"

namespace smclab::interop {
namespace {

template <class Number>
bool read(std::string_view text, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size();
}

bool read(std::string_view text, IpAddress& address) {
  boost::system::error_code error;
  const auto parsed = boost::asio::ip::make_address(std::string(text), error);
  if (!error) address = runtime::from_socket(parsed);
  return !error;
}

bool read_seconds(std::string_view text, Duration& time) {
  std::uint16_t seconds = 0;
  const bool good = read(text, seconds);
  if (good) time = std::chrono::seconds(seconds);
  return good;
}

bool read_mode(std::string_view text, char& mode) {
  static const std::map<std::string_view, char> kModes = {
      {"echo", 'E'}, {"up", 'U'}, {"down", 'D'}, {"both", 'B'}, {"duplex", 'X'}, {"stream", 'S'}};
  const auto found = kModes.find(text);
  if (found != kModes.end()) mode = found->second;
  return found != kModes.end();
}

bool read_versions(std::string_view text, Versions& versions) {
  if (text != "1" && text != "2" && text != "both") return false;
  versions = text == "both" ? Versions::Both : text == "1" ? Versions::V1 : Versions::V2;
  return true;
}

bool add_ueid(std::string_view text, Config& config) {
  const auto eid = make_eid(text);
  if (eid) config.ueids.push_back(*eid);
  return eid.has_value();
}

using Reader = std::function<bool(std::string_view)>;

std::map<std::string_view, Reader> readers(Options& o) {
  return {
      {"--on", [&](auto text) { return read(text, o.own); }},
      {"--port", [&](auto text) { return read(text, o.port); }},
      {"--connections", [&](auto text) { return read(text, o.connections); }},
      {"--in-turn-ms", [&](auto text) { return read(text, o.in_turn_ms); }},
      {"--patience-s", [&](auto text) { return read(text, o.patience_s); }},
      {"--mode", [&](auto text) { return read_mode(text, o.request.mode); }},
      {"--bytes", [&](auto text) { return read(text, o.request.bytes); }},
      {"--seed", [&](auto text) { return read(text, o.request.seed); }},
      {"--peer-rest-ms", [&](auto text) { return read(text, o.request.pause_ms); }},
      {"--ueid", [&](auto text) { return add_ueid(text, o.config); }},
      {"--versions", [&](auto text) { return read_versions(text, o.config.versions); }},
      {"--max-links", [&](auto text) { return read(text, o.config.smcr_max_links_per_lgr); }},
      {"--testlink-s", [&](auto text) { return read_seconds(text, o.config.smcr_testlink_time); }},
      {"--rmem", [&](auto text) { return read(text, o.config.rmem); }},
      {"--wmem", [&](auto text) { return read(text, o.config.wmem); }},
      {"--trace", [&](auto text) { return !(o.trace = text).empty(); }}};
}

std::map<std::string_view, bool*> switches(Options& o) {
  return {{"--half-close", &o.request.half_close},
          {"--assume-offered", &o.assume_offered},
          {"--link-local-gid", &o.link_local_gid},
          {"--plain", &o.plain},
          {"--verbs", &o.verbs}};
}

}  // namespace

tl::expected<Options, std::string> read_options(int count, char** words) {
  Options o;
  const std::string_view role = count > 1 ? words[1] : "";
  if (role != "client" && role != "server")
    return tl::unexpected(std::string("server, or client ADDRESS"));
  o.role = role == "client" ? Role::Client : Role::Server;
  int at = 2;
  if (o.role == Role::Client && (count < 3 || !read(words[at++], o.server))) {
    return tl::unexpected(std::string("client needs the server's address"));
  }
  const auto values = readers(o);
  const auto flags = switches(o);
  while (at < count) {
    const std::string_view name = words[at++];
    if (const auto flag = flags.find(name); flag != flags.end()) {
      *flag->second = true;
    } else if (const auto value = values.find(name);
               value == values.end() || at == count || !value->second(words[at++])) {
      return tl::unexpected(std::string(name) + " is unknown or has no good value");
    }
  }
  if (o.own == IpAddress{})
    return tl::unexpected(std::string("--on ADDRESS of an interface is needed"));
  return o;
}

}  // namespace smclab::interop
