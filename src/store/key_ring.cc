// SPDX-License-Identifier: Apache-2.0
#include "store/key_ring.h"

#include <mutex>
#include <utility>

#include "crypto/crypto.h"

namespace pons::store {

std::string KeyRing::Seal(std::string_view plain, Random& random) const {
  const std::shared_lock lock(mutex_);
  return crypto::Seal(current_, plain, random);
}

Result<std::string> KeyRing::Unseal(std::string_view sealed) const {
  const std::shared_lock lock(mutex_);
  auto opened = crypto::Unseal(current_, sealed);
  if (opened || previous_.empty()) return opened;
  auto older = crypto::Unseal(previous_, sealed);
  return older ? std::move(older) : std::move(opened);
}

void KeyRing::Replace(std::string key) {
  const std::unique_lock lock(mutex_);
  previous_ = std::exchange(current_, std::move(key));
}

void KeyRing::TakeBack() {
  const std::unique_lock lock(mutex_);
  std::swap(current_, previous_);
}

}  // namespace pons::store
