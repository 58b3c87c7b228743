// SPDX-License-Identifier: Apache-2.0
#include "api/sessions.h"

#include "crypto/crypto.h"

namespace pons::api {
namespace {

constexpr std::int64_t kClearingMillis = 3'600'000;

}  // namespace

Result<std::shared_ptr<const Session>> Sessions::Find(std::string_view token, Instant now) {
  const std::uint64_t version = store_.settings_version();
  auto& shard = shards_[TextHash()(token) % kShards];
  {
    const std::lock_guard lock(shard.mutex);
    const auto found = shard.known.find(token);
    if (found != shard.known.end()) {
      const auto& session = found->second;
      if (session->settings_version == version && session->expires > now) return session;
      shard.known.erase(found);
    }
  }
  PONS_ASSIGN(auto session, Load(token, now));
  if (session == nullptr) return session;
  const std::lock_guard lock(shard.mutex);
  if (shard.known.size() >= kMostPerShard) shard.known.clear();
  shard.known.insert_or_assign(std::string(token), session);
  return session;
}

Result<std::shared_ptr<const Session>> Sessions::Load(std::string_view token, Instant now) {
  const std::shared_ptr<const Session> nobody;
  if (token.empty() || token.size() > 256) return nobody;
  // The snapshot first: a change after it makes the session stale by its version.
  PONS_ASSIGN(const auto snapshot, directory_.Current());
  PONS_ASSIGN(auto reader, readers_.Borrow());
  PONS_ASSIGN(const auto row, reader->FindToken(crypto::Sha256(token)));
  if (!row || row->expires <= now) return nobody;
  auto session = std::make_shared<Session>();
  session->app = snapshot->FindApp(row->app);
  if (session->app == nullptr || session->app->app.disabled) return nobody;
  session->scopes = Scopes::Parse(row->scope);
  session->expires = row->expires;
  session->settings_version = snapshot->version;
  return std::shared_ptr<const Session>(std::move(session));
}

Result<std::string> Sessions::Issue(store::AppKey app, const OpenedBy& by, const Scopes& scopes,
                                    Instant now, Instant expires, Random& random) {
  std::array<unsigned char, 32> bytes{};
  random.Fill(bytes);
  const std::string token = crypto::Base64Url(
      std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
  std::int64_t last = last_clearing_.load();
  const bool clear = ToMillis(now) - last >= kClearingMillis &&
                     last_clearing_.compare_exchange_strong(last, ToMillis(now));
  PONS_TRY(store_.Write([&](store::Transaction& transaction) {
    if (clear) transaction.DropExpired(now);
    transaction.SaveToken(crypto::Sha256(token), app, scopes.Text(), expires);
    transaction.accounts().MarkUsed(by.what, by.key, now);
    return Ok();
  }));
  return token;
}

}  // namespace pons::api
