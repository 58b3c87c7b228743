// SPDX-License-Identifier: Apache-2.0
#include "sync/identity_map.h"

#include "crypto/crypto.h"

namespace pons::sync {

ResourceId IdentityMap::IdOf(const ConnectionId& connection, const model::VendorRef& ref) const {
  constexpr std::string_view kAlphabet =
      "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  std::string name = connection.value;
  name += '\0';
  name += model::StreamName(ref.stream);
  name += '\0';
  name += ref.id;
  const std::string hash = crypto::KeyedHash(key_, name, 16);
  std::string id;
  id.reserve(22);
  for (std::size_t half = 0; half < 2; ++half) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < 8; ++i) {
      value = value << 8 | static_cast<unsigned char>(hash[half * 8 + i]);
    }
    for (int i = 0; i < 11; ++i, value /= 62) id += kAlphabet[value % 62];
  }
  return ResourceId(std::move(id));
}

}  // namespace pons::sync
