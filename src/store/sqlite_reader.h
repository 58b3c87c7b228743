// SPDX-License-Identifier: Apache-2.0
// Reader over a read-only connection of its own.
#pragma once

#include <memory>
#include <string>

#include "store/key_ring.h"
#include "store/sqlite_db.h"
#include "store/store.h"

namespace pons::store {

class SqliteReader final : public Reader {
 public:
  // `keys` outlives the reader.
  SqliteReader(std::unique_ptr<Db> db, const KeyRing& keys) : db_(std::move(db)), keys_(keys) {}

  Result<std::optional<ServedRecord>> Get(std::span<const GrantKey> grants, model::Stream stream,
                                          std::string_view id) override;
  Result<std::optional<LocatedRecord>> Locate(std::span<const GrantKey> grants,
                                              model::Stream stream, std::string_view id) override;
  Result<std::optional<BinaryRow>> Binary(AppKey app, std::string_view id, Instant now) override;
  Result<std::shared_ptr<const std::string>> ContentOf(std::string_view document_id) override;
  Result<SearchPage> Search(const SearchQuery& query) override;
  Result<std::vector<LoggedChange>> Changes(std::span<const GrantKey> grants, std::int64_t since,
                                            std::uint32_t limit) override;
  Result<std::int64_t> LastSeq() override;
  Result<std::vector<DeliveryRow>> DueDeliveries(Instant now, std::uint32_t limit,
                                                 std::span<const WebhookKey> skip) override;
  Result<std::optional<Instant>> NextDeliveryDue(Instant after) override;
  Result<std::vector<DeliveryRow>> Deliveries(WebhookKey webhook, std::uint32_t limit) override;
  Result<std::vector<DeliveryRow>> Deliveries(const DeliveryFilter& filter) override;
  Result<std::int64_t> CountDeliveries(const DeliveryFilter& filter) override;
  Result<std::optional<DeliveryRow>> Delivery(WebhookKey webhook, std::int64_t id) override;
  Result<std::vector<DeliveryAnswer>> AnswersTo(std::int64_t delivery) override;
  Result<std::vector<OutboxTally>> OutboxTallies() override;
  Result<std::vector<UsageRow>> Usage(AppKey app, Instant since) override;
  Result<std::vector<VendorRequests>> CountedRequests(ConnectionKey connection,
                                                      Instant since) override;
  Result<std::vector<UserLink>> UserLinks(GrantKey grant) override;
  Result<std::vector<Organization>> Organizations() override;
  Result<std::vector<Connection>> Connections() override;
  Result<std::vector<App>> Apps() override;
  Result<std::vector<AppLocation>> AppLocations(AppKey app) override;
  Result<std::vector<Grant>> Grants() override;
  Result<std::vector<Webhook>> Webhooks() override;
  Result<ConnectionHealth> Health(ConnectionKey connection) override;
  Result<std::optional<TokenRow>> FindToken(std::string_view token_hash) override;
  Result<std::vector<QuarantinedRow>> Quarantined(std::optional<ConnectionKey>) override;
  Result<std::vector<SeenVisit>> Visits(ConnectionKey connection, std::uint32_t limit) override;
  Result<std::optional<SeenVisit>> Visit(ConnectionKey connection,
                                         std::string_view vendor_id) override;
  Result<std::vector<SeenVisit>> WaitingVisits(ConnectionKey connection) override;
  Result<std::vector<GrantKey>> GrantsSeeing(RefKey ref) override;
  Result<StreamState> Stream(ConnectionKey connection, model::Stream stream) override;
  Result<std::optional<CommandRow>> Command(std::string_view id) override;
  Result<std::optional<CommandRow>> CommandByKey(AppKey app, std::string_view key) override;
  Result<std::optional<CommandRow>> NextCommand(const CommandQuery& query) override;
  Result<CommandMoments> NextCommandMoments(ConnectionKey connection, unsigned kinds) override;
  Result<WriteHealth> HealthOfWrites(ConnectionKey connection) override;
  Result<std::vector<ConnectionKey>> ConnectionsWithCommands() override;
  Result<std::vector<CommandRow>> Commands(const CommandFilter& filter) override;
  Result<std::vector<CommandStep>> CommandSteps(std::string_view id) override;
  Result<std::vector<CommandTally>> CommandTallies() override;
  Result<std::vector<CommandRow>> CommandsOfRecord(std::string_view resource_id) override;
  Result<std::shared_ptr<const std::string>> DocumentContent(std::string_view command) override;
  Result<std::optional<PatientOwner>> Owner(ConnectionKey connection,
                                            std::string_view vendor_id) override;
  Result<std::vector<PossibleDuplicate>> PossibleDuplicates(bool settled_too) override;
  Result<void> Accounts(const std::function<void(AccountReads&)>& read) override;
  Result<void> Portal(const std::function<void(PortalReads&)>& read) override;
  Result<std::optional<RecordLife>> Explain(std::string_view id) override;
  Result<std::optional<ResourceId>> FindByVendorId(ConnectionKey connection, model::Stream stream,
                                                   std::string_view vendor_id) override;
  Result<std::int64_t> CountRecords(std::optional<ConnectionKey>, model::Stream) override;
  Result<void> ForEachRecord(
      const std::function<void(const ServedRecord&, const Source&)>& each) override;

 private:
  // The value, or what failed since the last call.
  template <typename T>
  Result<T> Done(T value) {
    if (!db_->failed()) return value;
    Error error = db_->error();
    db_->ClearError();
    return error;
  }

  std::unique_ptr<Db> db_;
  const KeyRing& keys_;
};

}  // namespace pons::store
