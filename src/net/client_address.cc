// SPDX-License-Identifier: Apache-2.0
#include "net/client_address.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>

#include "base/text.h"

namespace pons::net {
namespace {

constexpr std::size_t kMostHops = 32;  // nobody stands behind more

// IPv4 written as IPv6 ("::ffff:10.0.0.1", what a socket for both tells) is IPv4.
IpAddress Plain(const IpAddress& address) {
  static constexpr std::array<std::uint8_t, 12> kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255};
  if (!address.v6 || !std::equal(kMapped.begin(), kMapped.end(), address.bytes.begin())) {
    return address;
  }
  IpAddress plain;
  std::copy(address.bytes.begin() + 12, address.bytes.end(), plain.bytes.begin());
  return plain;
}

std::string TextOf(const IpAddress& address) {
  char text[INET6_ADDRSTRLEN] = {};
  inet_ntop(address.v6 ? AF_INET6 : AF_INET, address.bytes.data(), text, sizeof text);
  return text;
}

bool IsTrusted(std::span<const AddressBlock> trusted, const IpAddress& address) {
  return std::any_of(trusted.begin(), trusted.end(),
                     [&](const AddressBlock& block) { return Contains(block, address); });
}

// "192.0.2.7", "192.0.2.7:4711", "2001:db8::7", "[2001:db8::7]:4711", each perhaps in quotes.
std::optional<IpAddress> AddressIn(std::string_view node) {
  if (node.size() >= 2 && node.front() == '"' && node.back() == '"') {
    node = node.substr(1, node.size() - 2);
  }
  if (node.starts_with('[')) {
    const auto end = node.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    node = node.substr(1, end - 1);
  } else if (std::count(node.begin(), node.end(), ':') == 1) {
    node = node.substr(0, node.find(':'));
  }
  return ParseIpAddress(node);
}

std::string_view NodeOfForwarded(std::string_view element) {
  for (auto pair : Split(element, ';')) {
    pair = Trim(pair);
    if (pair.size() > 4 && EqualsIgnoringAsciiCase(pair.substr(0, 4), "for=")) {
      return pair.substr(4);
    }
  }
  return {};
}

// What the proxies tell, the nearest last; more than kMostHops are cut off at the far end.
std::vector<std::string_view> Hops(const Headers& headers, std::string_view name) {
  std::vector<std::string_view> hops;
  for (const auto& [header, value] : headers) {
    if (!SameHeaderName(header, name)) continue;
    for (const auto part : Split(value, ',')) hops.push_back(Trim(part));
  }
  if (hops.size() > kMostHops) {
    hops.erase(hops.begin(), hops.end() - static_cast<std::ptrdiff_t>(kMostHops));
  }
  return hops;
}

// From the nearest hop outwards until one is not trusted; what is no address ends the walk at who
// told of it.
IpAddress Walk(IpAddress from, const std::vector<std::string_view>& hops, bool forwarded,
               std::span<const AddressBlock> trusted) {
  for (auto hop = hops.rbegin(); hop != hops.rend() && IsTrusted(trusted, from); ++hop) {
    const auto address = AddressIn(forwarded ? NodeOfForwarded(*hop) : *hop);
    if (!address) return from;
    from = Plain(*address);
  }
  return from;
}

}  // namespace

Result<AddressBlock> ParseAddressBlock(std::string_view text) {
  const auto slash = text.find('/');
  const auto address = ParseIpAddress(text.substr(0, slash));
  const auto bad = [&] {
    return MakeError(Fault::kMisconfigured,
                     "\"" + std::string(text) +
                         "\" is no address: write one, or a range such as 10.0.0.0/8 or fd00::/8");
  };
  if (!address) return bad();
  AddressBlock block{Plain(*address), address->v6 ? 128 : 32};
  if (slash != std::string_view::npos) {
    const auto digits = text.substr(slash + 1);
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), block.bits);
    const bool whole = error == std::errc() && end == digits.data() + digits.size();
    if (!whole || block.bits < 0 || block.bits > (address->v6 ? 128 : 32)) return bad();
  }
  if (address->v6 && !block.base.v6) {
    if (block.bits < 96) return bad();
    block.bits -= 96;
  }
  return block;
}

bool Contains(const AddressBlock& block, const IpAddress& asked) {
  const auto address = Plain(asked);
  if (address.v6 != block.base.v6) return false;
  int bits = block.bits;
  for (std::size_t i = 0; bits > 0; ++i, bits -= 8) {
    const auto mask = static_cast<std::uint8_t>(bits >= 8 ? 0xff : 0xff << (8 - bits));
    if ((address.bytes[i] & mask) != (block.base.bytes[i] & mask)) return false;
  }
  return true;
}

std::string ClientAddress(std::string_view peer, const Headers& headers,
                          std::span<const AddressBlock> trusted) {
  const auto parsed = ParseIpAddress(peer);
  if (!parsed || !IsTrusted(trusted, *parsed)) return std::string(peer);
  const auto from = Plain(*parsed);
  const auto usual = Hops(headers, "x-forwarded-for");
  const auto standard = Hops(headers, "forwarded");
  const auto by_usual = Walk(from, usual, false, trusted);
  const auto by_standard = Walk(from, standard, true, trusted);
  if (usual.empty()) return TextOf(by_standard);
  if (!standard.empty() && by_standard != by_usual) return TextOf(from);
  return TextOf(by_usual);
}

}  // namespace pons::net
