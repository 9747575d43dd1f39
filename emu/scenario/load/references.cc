// SPDX-License-Identifier: MIT
//
// The half of Reader that follows names: of nodes, of their RNICs, of workloads.
#include <algorithm>

#include "emu/scenario/load/reader.h"

namespace smclab::scenario {
namespace {

template <class List>
std::vector<std::string_view> names_of(const List& list) {
  std::vector<std::string_view> names;
  for (const auto& entry : list) names.push_back(entry.name);
  return names;
}

std::optional<std::uint32_t> place_in(std::span<const std::string_view> names,
                                      std::string_view name) {
  const auto found = std::ranges::find(names, name);
  if (found == names.end()) return std::nullopt;
  return static_cast<std::uint32_t>(found - names.begin());
}

}  // namespace

std::optional<std::uint32_t> Reader::find_node(const Node& node, std::string_view name) {
  const auto names = names_of(known_.nodes);
  const auto place = place_in(names, name);
  if (!place) complain(node, "there is no node " + in_quotes(name) + suggestion(name, names));
  return place;
}

std::optional<PortRef> Reader::find_port(const Node& node) {
  const std::size_t colon = node.text.find(':');
  if (node.kind != Node::Kind::Scalar || colon == node.text.npos) {
    complain(node, in_quotes(node.text) + " must name an RNIC as node:rnic");
    return std::nullopt;
  }
  const auto owner = find_node(node, std::string_view(node.text).substr(0, colon));
  if (!owner) return std::nullopt;
  const std::string_view rnic = std::string_view(node.text).substr(colon + 1);
  const auto names = names_of(known_.nodes[*owner].rnics);
  const auto place = place_in(names, rnic);
  if (!place) {
    complain(node, "node '" + known_.nodes[*owner].name + "' has no RNIC " + in_quotes(rnic) +
                       suggestion(rnic, names));
    return std::nullopt;
  }
  return PortRef{*owner, *place};
}

std::optional<std::uint32_t> Reader::read_node(std::string_view key, Need need) {
  const Node* node = take_scalar(key, need);
  return node == nullptr ? std::nullopt : find_node(*node, node->text);
}

std::vector<PortRef> Reader::read_ports(const Node& node, std::string_view name) {
  std::vector<PortRef> ports;
  for (const Node& item : node.items) {
    if (const auto port = find_port(item)) ports.push_back(*port);
  }
  if (node.kind != Node::Kind::List) {
    complain(node, std::string(name) + " must be a list of RNICs as node:rnic");
  }
  return ports;
}

void Reader::port(std::string_view key, std::optional<PortRef>& member) {
  if (const Node* node = take_scalar(key, Need::Optional)) member = find_port(*node);
}

void Reader::ports(std::string_view key, std::vector<PortRef>& member, Range count) {
  const Node* list = take(key, Need::Required);
  if (list == nullptr) return;
  member = read_ports(*list, key);
  const std::size_t given = list->items.size();
  if (list->kind == Node::Kind::List && (given < count.least || given > count.most)) {
    complain(*list, std::string(key) + " must name " + std::to_string(count.least) + " RNICs");
  }
}

void Reader::nodes(std::string_view key, std::vector<std::uint32_t>& member, Range count) {
  const Node* list = take(key, Need::Optional);
  if (list == nullptr) return;
  if (list->kind != Node::Kind::List || list->items.size() < count.least ||
      list->items.size() > count.most) {
    return complain(
        *list, std::string(key) + " must be a list of " + std::to_string(count.least) + " nodes");
  }
  for (const Node& item : list->items) {
    if (const auto place = find_node(item, item.text)) member.push_back(*place);
  }
}

void Reader::service(std::string_view key, Service& member, Need need) {
  const Node* node = take_scalar(key, need);
  if (node == nullptr) return;
  const std::size_t colon = node->text.find(':');
  if (const auto place = find_node(*node, std::string_view(node->text).substr(0, colon))) {
    member.node = *place;
  }
  if (colon == node->text.npos) return;
  const auto port = to_number(std::string_view(node->text).substr(colon + 1));
  if (port && *port >= 1 && *port <= 65'535) {
    member.port = static_cast<std::uint16_t>(*port);
  } else {
    complain(*node, in_quotes(node->text) + " must be node:port with a port of 1 to 65535");
  }
}

void Reader::workload(std::string_view key, std::optional<std::uint32_t>& member) {
  const Node* node = take_scalar(key, Need::Optional);
  if (node == nullptr) return;
  const auto place = take_value(to_number(node->text), *node, key);
  if (!place) return;
  if (*place < known_.workloads.size()) {
    member = static_cast<std::uint32_t>(*place);
  } else {
    complain(*node, "there is no workload " + in_quotes(node->text) + "; they count from 0 to " +
                        std::to_string(known_.workloads.empty() ? 0 : known_.workloads.size() - 1));
  }
}

}  // namespace smclab::scenario
