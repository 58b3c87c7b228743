// SPDX-License-Identifier: Apache-2.0
// The folder a store lives in: made with rights for its owner alone, held by one process at a time,
// with the key file that secrets are sealed with.
#pragma once

#include <memory>
#include <string>

#include "base/random.h"
#include "base/result.h"

namespace pons::store {

class DataFolder {
 public:
  // Makes what is missing. ":memory:" makes a folder that goes when the object does.
  // Errors: kMisconfigured where it cannot be made or is held by another process.
  static Result<std::unique_ptr<DataFolder>> Hold(const std::string& path, Random& random);
  ~DataFolder();
  DataFolder(const DataFolder&) = delete;
  DataFolder& operator=(const DataFolder&) = delete;

  const std::string& path() const { return path_; }
  std::string_view seal_key() const { return seal_key_; }
  bool temporary() const { return temporary_; }

 private:
  DataFolder() = default;
  Result<void> LoadKey(Random& random);

  std::string path_;
  std::string seal_key_;
  bool temporary_ = false;
  int lock_ = -1;
};

}  // namespace pons::store
