// SPDX-License-Identifier: Apache-2.0
// Who a bearer token stands for. Tokens are 256 random bits; the store keeps their hash, memory
// keeps the resolved session until the settings change or the token ends. Threads: all members may
// be called from any thread.
#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "api/directory.h"
#include "api/reader_pool.h"
#include "api/scopes.h"
#include "store/accounts.h"

namespace pons::api {

struct Session {
  std::shared_ptr<const AppView> app;
  Scopes scopes;
  Instant expires{};
  std::uint64_t settings_version = 0;
};

// The secret or key by which an app has signed in.
struct OpenedBy {
  store::UseOf what = store::UseOf::kAppSecret;
  std::int64_t key = 0;
};

struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const {
    return std::hash<std::string_view>()(text);
  }
};

class Sessions {
 public:
  Sessions(store::Store& store, Directory& directory, ReaderPool& readers)
      : store_(store), directory_(directory), readers_(readers) {}

  // Null where the token is unknown, expired, or its app is disabled. Errors: those of the store.
  Result<std::shared_ptr<const Session>> Find(std::string_view token, Instant now);

  // Makes a token for an app and stores its hash, and when what opened was used. Now and then it
  // also clears away what has expired.
  Result<std::string> Issue(store::AppKey app, const OpenedBy& by, const Scopes& scopes,
                            Instant now, Instant expires, Random& random);

 private:
  static constexpr std::size_t kShards = 16;
  static constexpr std::size_t kMostPerShard = 4096;
  struct Shard {
    std::mutex mutex;
    std::unordered_map<std::string, std::shared_ptr<const Session>, TextHash, std::equal_to<>>
        known;
  };

  Result<std::shared_ptr<const Session>> Load(std::string_view token, Instant now);

  store::Store& store_;
  Directory& directory_;
  ReaderPool& readers_;
  std::array<Shard, kShards> shards_;
  std::atomic<std::int64_t> last_clearing_{0};  // ms since the epoch
};

}  // namespace pons::api
