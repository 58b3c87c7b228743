// SPDX-License-Identifier: Apache-2.0
// The master key that secrets are sealed with, and during and after its replacement the one before,
// so that who reads an older state of the store still can.
//
// Threads: Seal and Unseal from any thread; the others from the writer's.
#pragma once

#include <shared_mutex>
#include <string>
#include <string_view>

#include "base/random.h"
#include "base/result.h"

namespace pons::store {

class KeyRing {
 public:
  explicit KeyRing(std::string key) : current_(std::move(key)) {}

  std::string Seal(std::string_view plain, Random& random) const;
  // Fault::kInternal where no key of the ring opens it.
  Result<std::string> Unseal(std::string_view sealed) const;

  // From now on `key` seals, and the one before still opens.
  void Replace(std::string key);
  // The one before seals again.
  void TakeBack();

 private:
  mutable std::shared_mutex mutex_;
  std::string current_;
  std::string previous_;
};

}  // namespace pons::store
