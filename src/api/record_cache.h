// SPDX-License-Identifier: Apache-2.0
// Records lately read, per app, with the headers they are served with. An entry counts only while
// neither the store's records nor its settings have moved since it was read, so it can never show
// what a grant no longer shows.
// Threads: all members may be called from any thread.
#pragma once

#include <array>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "store/store.h"

namespace pons::api {

struct CachedRecord {
  store::AppKey app = 0;
  model::Stream stream = model::Stream::kPatients;
  std::string id;
  std::uint64_t records_version = 0;
  std::uint64_t settings_version = 0;
  std::shared_ptr<const std::string> body;
  std::string etag;           // W/"3"
  std::string last_modified;  // an HTTP date
};

class RecordCache {
 public:
  std::shared_ptr<const CachedRecord> Find(store::AppKey app, model::Stream stream,
                                           std::string_view id, std::uint64_t records_version,
                                           std::uint64_t settings_version) {
    const std::uint64_t key = Key(app, stream, id);
    auto& shard = shards_[key % kShards];
    const std::lock_guard lock(shard.mutex);
    const auto found = shard.records.find(key);
    if (found == shard.records.end()) return nullptr;
    const auto& record = *found->second;
    if (record.app != app || record.stream != stream || record.id != id) return nullptr;
    if (record.records_version != records_version || record.settings_version != settings_version) {
      return nullptr;
    }
    return found->second;
  }

  void Put(std::shared_ptr<const CachedRecord> record) {
    const std::uint64_t key = Key(record->app, record->stream, record->id);
    auto& shard = shards_[key % kShards];
    const std::lock_guard lock(shard.mutex);
    if (shard.records.size() >= kMostPerShard) shard.records.clear();
    shard.records.insert_or_assign(key, std::move(record));
  }

 private:
  static constexpr std::size_t kShards = 32;
  static constexpr std::size_t kMostPerShard = 256;  // some 20 MB in all at 2 KB a record

  static std::uint64_t Key(store::AppKey app, model::Stream stream, std::string_view id) {
    const auto salt = static_cast<std::uint64_t>(app) * 31 + static_cast<std::uint64_t>(stream);
    return static_cast<std::uint64_t>(store::KeyOf(id)) ^ (salt * 0x9e3779b97f4a7c15u);
  }

  struct Shard {
    std::mutex mutex;
    std::unordered_map<std::uint64_t, std::shared_ptr<const CachedRecord>> records;
  };
  std::array<Shard, kShards> shards_;
};

}  // namespace pons::api
