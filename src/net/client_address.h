// SPDX-License-Identifier: Apache-2.0
// Who really asks, where proxies stand before the server. Anybody can write X-Forwarded-For, so it
// counts only as far as those who wrote it are trusted: from the right, up to the first address
// that is none of theirs. Pure functions. Errors: kMisconfigured.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "net/address_policy.h"
#include "net/http.h"

namespace pons::net {

// "10.0.0.0/8": every address that begins with the same bits.
struct AddressBlock {
  IpAddress base;
  int bits = 0;
};
// An address, or one with "/" and how many bits count. An IPv4 address may be written as IPv6 has
// it.
Result<AddressBlock> ParseAddressBlock(std::string_view text);
bool Contains(const AddressBlock& block, const IpAddress& address);

// The address that a request comes from: `peer` itself, unless that is a trusted proxy; then what
// it tells in X-Forwarded-For or Forwarded. Where both are there and do not agree, one of them was
// written by the client, and `peer` is the answer.
std::string ClientAddress(std::string_view peer, const Headers& headers,
                          std::span<const AddressBlock> trusted);

}  // namespace pons::net
