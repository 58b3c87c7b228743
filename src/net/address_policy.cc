// SPDX-License-Identifier: Apache-2.0
#include "net/address_policy.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <vector>

namespace pons::net {
namespace {

struct Block {
  std::array<std::uint8_t, 16> prefix;
  int bits;
};

bool Within(const std::uint8_t* address, const Block& block) {
  int bits = block.bits;
  for (std::size_t i = 0; bits > 0; ++i, bits -= 8) {
    const auto mask = static_cast<std::uint8_t>(bits >= 8 ? 0xff : 0xff << (8 - bits));
    if ((address[i] & mask) != (block.prefix[i] & mask)) return false;
  }
  return true;
}

// IANA's special-purpose registry for IPv4, with multicast and class E.
constexpr std::array<Block, 15> kSpecial4 = {{
    {{0}, 8},
    {{10}, 8},
    {{100, 64}, 10},
    {{127}, 8},
    {{169, 254}, 16},
    {{172, 16}, 12},
    {{192, 0, 0}, 24},
    {{192, 0, 2}, 24},
    {{192, 88, 99}, 24},
    {{192, 168}, 16},
    {{198, 18}, 15},
    {{198, 51, 100}, 24},
    {{203, 0, 113}, 24},
    {{224}, 4},
    {{240}, 4},
}};

// Global unicast is 2000::/3, less these: protocol assignments (Teredo, ORCHID), documentation,
// 6to4.
constexpr Block kGlobal6 = {{0x20}, 3};
constexpr std::array<Block, 4> kSpecial6 = {{
    {{0x20, 0x01}, 23},
    {{0x20, 0x01, 0x0d, 0xb8}, 32},
    {{0x20, 0x02}, 16},
    {{0x3f, 0xff}, 20},
}};
constexpr Block kMapped4 = {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, 96};
constexpr Block kNat64 = {{0, 0x64, 0xff, 0x9b}, 96};

bool IsGlobal4(const std::uint8_t* bytes) {
  return std::none_of(kSpecial4.begin(), kSpecial4.end(),
                      [&](const Block& block) { return Within(bytes, block); });
}

Error BadUrl(std::string why) {
  return MakeError(Fault::kMisconfigured, "The URL cannot be used: " + std::move(why) + ".");
}

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsHexDigit(char c) { return IsDigit(c) || (c >= 'a' && c <= 'f'); }

// Would some resolver take this label for (part of) a number? "127", "0x7f", "0177".
bool LooksNumeric(std::string_view label) {
  if (label.empty()) return true;
  if (std::all_of(label.begin(), label.end(), IsDigit)) return true;
  return label.size() >= 2 && label[0] == '0' && label[1] == 'x' &&
         std::all_of(label.begin() + 2, label.end(), IsHexDigit);
}

Result<void> CheckHostName(std::string_view host) {
  if (host.empty() || host.size() > 253) return BadUrl("its host name is missing or too long");
  std::size_t from = 0;
  std::string_view last;
  while (from <= host.size()) {
    const auto dot = std::min(host.find('.', from), host.size());
    last = host.substr(from, dot - from);
    if (last.empty() || last.size() > 63) return BadUrl("its host name has an empty or long part");
    for (const char c : last) {
      if (!IsDigit(c) && !(c >= 'a' && c <= 'z') && c != '-' && c != '_') {
        return BadUrl("its host name holds a character that host names do not have");
      }
    }
    from = dot + 1;
  }
  if (LooksNumeric(last)) return BadUrl("its address is not written as four decimal numbers");
  return Ok();
}

Result<std::uint16_t> ReadPort(std::string_view text) {
  unsigned port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (text.empty() || text.size() > 5 || error != std::errc() || end != text.data() + text.size() ||
      port == 0 || port > 65535) {
    return BadUrl("its port is not a number from 1 to 65535");
  }
  return static_cast<std::uint16_t>(port);
}

}  // namespace

std::optional<IpAddress> ParseIpAddress(std::string_view text) {
  if (text.size() > 45) return std::nullopt;
  const std::string copy(text);
  IpAddress address;
  if (text.find(':') != std::string_view::npos) {
    address.v6 = true;
    if (inet_pton(AF_INET6, copy.c_str(), address.bytes.data()) != 1) return std::nullopt;
    return address;
  }
  // inet_pton takes leading zeros where some resolvers read octal.
  for (std::size_t i = 0; i + 1 < text.size(); ++i) {
    if (text[i] == '0' && IsDigit(text[i + 1]) && (i == 0 || text[i - 1] == '.')) {
      return std::nullopt;
    }
  }
  if (inet_pton(AF_INET, copy.c_str(), address.bytes.data()) != 1) return std::nullopt;
  return address;
}

bool IsGlobalUnicast(const IpAddress& address) {
  const std::uint8_t* bytes = address.bytes.data();
  if (!address.v6) return IsGlobal4(bytes);
  if (Within(bytes, kMapped4) || Within(bytes, kNat64)) return IsGlobal4(bytes + 12);
  if (!Within(bytes, kGlobal6)) return false;
  return std::none_of(kSpecial6.begin(), kSpecial6.end(),
                      [&](const Block& block) { return Within(bytes, block); });
}

bool IsAllowed(AddressPolicy policy, const IpAddress& address) {
  return policy == AddressPolicy::kAnyForDevelopment || IsGlobalUnicast(address);
}

Result<UrlParts> ParseUrl(std::string_view url) {
  if (url.size() > 2048) return BadUrl("it is longer than 2048 characters");
  for (const char c : url) {
    if (c <= ' ' || c == '\x7f' || c == '\\' || c == '"' || c == '<' || c == '>' || c == '^' ||
        c == '`' || c == '{' || c == '|' || c == '}') {
      return BadUrl("it holds a character that URLs do not have");
    }
  }
  const auto colon = url.find("://");
  if (colon == std::string_view::npos) return BadUrl("it does not start with https://");
  UrlParts parts;
  for (const char c : url.substr(0, colon)) {
    parts.scheme += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  }
  if (parts.scheme != "http" && parts.scheme != "https") {
    return BadUrl("it does not start with https://");
  }
  std::string_view rest = url.substr(colon + 3);
  if (rest.find('#') != std::string_view::npos) return BadUrl("it has a fragment (#)");
  const auto slash = std::min(rest.find_first_of("/?"), rest.size());
  std::string_view authority = rest.substr(0, slash);
  parts.target = std::string(rest.substr(slash));
  if (parts.target.empty() || parts.target[0] != '/') parts.target.insert(0, "/");
  if (authority.find('@') != std::string_view::npos) return BadUrl("it holds a user name (@)");
  std::string_view port;
  bool has_port = false;
  std::string host;
  if (authority.starts_with('[')) {
    const auto end = authority.find(']');
    if (end == std::string_view::npos) return BadUrl("its address lacks the closing bracket");
    host = authority.substr(1, end - 1);
    const auto after = authority.substr(end + 1);
    if (!after.empty() && after[0] != ':') return BadUrl("there is text after its address");
    has_port = !after.empty();
    if (has_port) port = after.substr(1);
  } else {
    const auto at = authority.find(':');
    host = authority.substr(0, at);
    has_port = at != std::string_view::npos;
    if (has_port) port = authority.substr(at + 1);
  }
  for (char& c : host) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  const auto address = ParseIpAddress(host);
  if (authority.starts_with('[') && !(address && address->v6)) {
    return BadUrl("what stands in brackets is no IPv6 address");
  }
  if (!address) PONS_TRY(CheckHostName(host));
  parts.host = std::move(host);
  parts.host_is_address = address.has_value();
  parts.port = parts.scheme == "https" ? 443 : 80;
  if (has_port) {
    PONS_ASSIGN(parts.port, ReadPort(port));
  }
  return parts;
}

Result<UrlParts> CheckUrl(std::string_view url, AddressPolicy policy) {
  PONS_ASSIGN(auto parts, ParseUrl(url));
  if (policy == AddressPolicy::kAnyForDevelopment) return parts;
  if (parts.scheme != "https") return BadUrl("it does not start with https://");
  // Below 1024 live the services of a server's neighbours.
  if (parts.port != 443 && parts.port < 1024)
    return BadUrl("its port is neither 443 nor above 1023");
  if (parts.host_is_address && !IsAllowed(policy, *ParseIpAddress(parts.host))) {
    return MakeError(Fault::kForbidden,
                     "The URL names an address that is not on the public internet.");
  }
  if (parts.host == "localhost" || parts.host.ends_with(".localhost")) {
    return MakeError(Fault::kForbidden, "The URL names this machine (localhost).");
  }
  return parts;
}

}  // namespace pons::net
