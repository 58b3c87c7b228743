// SPDX-License-Identifier: Apache-2.0
// Which addresses a request made on someone else's word may go to. A URL given by a stranger must
// not make the server talk to its own neighbours, so the address is judged when it is dialled,
// after the name was resolved: a name that resolves differently the second time gains nothing.
// Pure functions; no name is resolved here.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace pons::net {

enum class AddressPolicy : std::uint8_t {
  kPublicOnly,         // global unicast; https
  kAnyForDevelopment,  // every address and plain http: demos, tests, a vendor inside the practice
};

// IPv4 as its four bytes, IPv6 as its sixteen.
struct IpAddress {
  bool v6 = false;
  std::array<std::uint8_t, 16> bytes{};
  bool operator==(const IpAddress&) const = default;
};

// Dotted decimal with four parts and no leading zeros, or IPv6 without brackets or zone.
std::optional<IpAddress> ParseIpAddress(std::string_view text);

// False for private, loopback, link-local, shared, multicast, documentation and reserved ranges,
// and for IPv6 forms that lead to such an IPv4 address.
bool IsGlobalUnicast(const IpAddress& address);

bool IsAllowed(AddressPolicy policy, const IpAddress& address);

struct UrlParts {
  std::string scheme;  // lower case
  std::string host;    // lower case; an IPv6 address without its brackets
  std::uint16_t port = 0;
  std::string target;  // path and query, "/" at least
  bool host_is_address = false;
};

// Reads an absolute http or https URL and refuses what two readers could read differently: user
// information, odd spellings of addresses (octal, hexadecimal, one number), blanks, backslashes,
// fragments, escapes in the host. Errors: kMisconfigured, saying what is wrong.
Result<UrlParts> ParseUrl(std::string_view url);

// ParseUrl, and what `policy` says about scheme, port and a host that is an address.
// Errors: kMisconfigured, kForbidden.
Result<UrlParts> CheckUrl(std::string_view url, AddressPolicy policy);

}  // namespace pons::net
