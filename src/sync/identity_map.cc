// SPDX-License-Identifier: Apache-2.0
#include "sync/identity_map.h"

#include "crypto/crypto.h"

namespace pons::sync {
namespace {

constexpr std::string_view kAlphabet =
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
constexpr std::size_t kHashLetters = 22;
// In the order of model::ClinicalKind; part of ids that apps hold, so never changed.
constexpr std::string_view kKindLetters = "cmavsfd";
static_assert(kKindLetters.size() == model::kClinicalKindCount);

}  // namespace

std::string IdentityMap::Hashed(std::string_view name) const {
  const std::string hash = crypto::KeyedHash(key_, name, 16);
  std::string id;
  id.reserve(kHashLetters);
  for (std::size_t half = 0; half < 2; ++half) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < 8; ++i) {
      value = value << 8 | static_cast<unsigned char>(hash[half * 8 + i]);
    }
    for (int i = 0; i < 11; ++i, value /= 62) id += kAlphabet[value % 62];
  }
  return id;
}

ResourceId IdentityMap::IdOf(const ConnectionId& connection, const model::VendorRef& ref) const {
  std::string name = connection.value;
  name += '\0';
  name += model::StreamName(ref.stream);
  name += '\0';
  name += ref.id;
  return ResourceId(Hashed(name));
}

std::string IdentityMap::IdOfItem(const ConnectionId& connection, std::string_view patient,
                                  model::ClinicalKind kind, std::string_view item) const {
  // Streams have no slash in their names, so that this is no record's hash.
  std::string name = connection.value;
  name += '\0';
  name += "clinical/";
  name += model::ClinicalKindName(kind);
  name += '\0';
  name += patient;
  name += '\0';
  name += item;
  std::string id(patient);
  id += '.';
  id += kKindLetters[static_cast<std::size_t>(kind)];
  return id + Hashed(name);
}

std::optional<ClinicalId> ReadClinicalId(std::string_view id) {
  const auto dot = id.rfind('.');
  if (dot == std::string_view::npos || dot == 0 || id.size() != dot + 2 + kHashLetters) {
    return std::nullopt;
  }
  const auto kind = kKindLetters.find(id[dot + 1]);
  if (kind == std::string_view::npos) return std::nullopt;
  return ClinicalId{id.substr(0, dot), static_cast<model::ClinicalKind>(kind)};
}

}  // namespace pons::sync
