// SPDX-License-Identifier: Apache-2.0
// Transaction over the writer's database. Lives as long as the writer; Begin resets it.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "store/key_ring.h"
#include "store/sqlite_accounts.h"
#include "store/sqlite_db.h"
#include "store/store.h"

namespace pons::store {

class SqliteTransaction final : public Transaction {
 public:
  // `keys` outlives it.
  SqliteTransaction(Db& db, Random& random, const KeyRing& keys)
      : db_(db), random_(random), keys_(keys), accounts_(db, keys, &random) {}

  void Begin(Instant now) {
    now_ = now;
    accounts_.Begin(now);
  }
  // What was touched since the last call.
  CommitInfo TakeTouched();
  // After a rollback: what was read inside it may never have been.
  void ForgetCaches() { listeners_known_ = false; }

  Instant now() const override { return now_; }
  std::optional<Head> FindHead(RefKey ref) override;
  using Transaction::PutRecord;
  std::int64_t PutRecord(const RecordWrite& record, const std::optional<Head>& head) override;
  std::int64_t DeleteRecord(RefKey ref, const Source& source) override;
  std::int64_t RewriteTail(RefKey ref, const std::function<bool(std::string&)>& change) override;
  std::vector<GrantKey> GrantsSeeing(RefKey ref) override;
  bool Show(GrantKey grant, RefKey ref, std::string_view app_location) override;
  std::string AppLocationOf(GrantKey grant, RefKey ref) override;
  bool HasRecords(ConnectionKey connection, model::Stream stream) override;
  std::int64_t AppendChange(GrantKey grant, model::Stream stream, const ResourceId& id,
                            std::int64_t version, ChangeKind kind, bool quiet) override;
  void SaveDelivery(const DeliveryUpdate& update) override;
  void AddUsage(const UsageRow& row) override;
  void AddVendorRequests(const VendorRequests& row) override;
  bool KeepSetting(ConnectionKey connection, std::int64_t revision, std::string_view key,
                   std::string_view value) override;
  void Save(const UserLink& link) override;
  bool DropUserLink(GrantKey grant, std::string_view app_user) override;
  std::int64_t Replay(WebhookKey webhook, std::optional<std::int64_t> delivery,
                      std::optional<Instant> since) override;
  StreamState LoadStream(ConnectionKey connection, model::Stream stream) override;
  void SaveStream(ConnectionKey connection, model::Stream stream, const StreamState&) override;
  void MarkSeen(ConnectionKey connection, model::Stream stream, RefKey ref) override;
  void ForgetSweep(ConnectionKey connection, model::Stream stream) override;
  std::vector<std::pair<RefKey, std::string>> FinishSweep(ConnectionKey connection,
                                                          model::Stream stream) override;
  void Quarantine(const QuarantinedRow& row) override;
  void ReleaseFromQuarantine(ConnectionKey connection, model::Stream stream,
                             std::string_view vendor_id) override;
  std::optional<SeenVisit> FindVisit(ConnectionKey connection, std::string_view id) override;
  void SaveVisit(const SeenVisit& visit) override;
  void Insert(const Organization& organization) override;
  ConnectionKey Insert(const Connection& connection) override;
  AppKey Insert(const App& app) override;
  GrantKey Insert(const Grant& grant) override;
  WebhookKey Insert(const Webhook& webhook) override;
  void Update(const Organization& organization) override;
  void Update(const Connection& connection) override;
  void Update(const App& app) override;
  void Update(const Grant& grant) override;
  void Update(const Webhook& webhook) override;
  void SaveAppLocations(AppKey app, std::span<const AppLocation> locations) override;
  std::int64_t Insert(const CommandRow& command) override;
  std::optional<CommandRow> FindCommand(std::string_view id) override;
  std::optional<CommandRow> FindCommandByKey(AppKey app, std::string_view key) override;
  void Save(const CommandRow& command) override;
  void Append(const CommandStep& step) override;
  std::int64_t CountOpenCommands(ConnectionKey connection) override;
  std::optional<CommandRow> NextCommand(const CommandQuery& query) override;
  void SaveWriteHealth(ConnectionKey connection, const WriteHealth& health) override;
  void NudgeCommands(ConnectionKey connection) override;
  AccountWrites& accounts() override { return accounts_; }
  void MarkAnswered(ConnectionKey connection, model::Stream stream,
                    std::string_view vendor_id) override;
  void KeepBinary(const BinaryRow& binary) override;
  void KeepDocument(std::string_view command, std::string_view document_id,
                    std::string_view content) override;
  void SaveOwner(const PatientOwner& owner) override;
  std::optional<PatientOwner> FindOwner(ConnectionKey connection,
                                        std::string_view vendor_id) override;
  bool MarkOpened(ConnectionKey connection, std::string_view vendor_id, Instant opened,
                  std::string_view visit) override;
  void SaveDuplicate(const PossibleDuplicate& pair) override;
  bool SettleDuplicate(std::int64_t key, DuplicateState state) override;
  void SaveHealth(ConnectionKey connection, const ConnectionHealth& health) override;
  void SaveToken(std::string_view token_hash, AppKey app, std::string_view scope,
                 Instant expires) override;
  void DropExpired(Instant now) override;
  void Fail(Error error) override { db_.Fail(std::move(error)); }

 private:
  void CountSent(const DeliveryUpdate& update);
  struct Listener {
    WebhookKey webhook;
    std::vector<std::string> events;
  };
  void SettingsChanged() {
    touched_.settings = true;
    listeners_known_ = false;
  }
  const std::vector<Listener>& ListenersOf(GrantKey grant);
  void DropOldCommands(Instant now);
  void WriteIdentifiers(RefKey ref, const SearchKeys& keys, bool replace);

  Db& db_;
  Random& random_;
  const KeyRing& keys_;
  SqliteAccounts accounts_;
  Instant now_{};
  CommitInfo touched_;
  // Who listens to a grant's changes; read again after a change of settings.
  std::unordered_map<GrantKey, std::vector<Listener>> listeners_;
  bool listeners_known_ = false;
  std::string body_;  // reused
};

}  // namespace pons::store
