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
  // Makes what is missing. ":memory:" makes a folder that goes when the object does. `key_file` is
  // where the master key is (32 bytes, or those in Base64) and is not made; empty: master.key in
  // the folder, made where it is missing.
  // Errors: kMisconfigured where it cannot be made, is held by another process, or has no key.
  static Result<std::unique_ptr<DataFolder>> Hold(const std::string& path,
                                                  const std::string& key_file, Random& random);
  ~DataFolder();
  DataFolder(const DataFolder&) = delete;
  DataFolder& operator=(const DataFolder&) = delete;

  const std::string& path() const { return path_; }
  const std::string& seal_key() const { return seal_key_; }

  // A change of the key: the next one is written beside the current one, everything is sealed with
  // it, and it takes the current one's place. When only one of these steps was taken before the
  // process ended, both files are there; whoever opens the store sees which one opens it.
  Result<void> WriteNextKey(const std::string& key);
  std::string next_key() const;  // empty: none is there
  Result<void> AdoptNextKey();
  void DropNextKey();
  bool temporary() const { return temporary_; }

 private:
  DataFolder() = default;
  Result<void> LoadKey(const std::string& key_file, Random& random);

  std::string path_;
  std::string key_file_;
  std::string seal_key_;
  bool temporary_ = false;
  int lock_ = -1;
};

}  // namespace pons::store
