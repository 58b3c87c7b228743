// SPDX-License-Identifier: Apache-2.0
// The store: records, change log, outbox and cursors, and what operators set up.
//
// Writing: one writer executes all transactions in turn and commits them in groups; Write returns
// when the group is on disk. A transaction is all or nothing: records, change log, outbox and the
// cursor that covers them land together.
// Reading: each Reader has its own connection and sees the last commit at the time of each call.
//
// Threads: Store may be used from any thread; a Transaction only inside its callback; a Reader by
// one thread at a time.
// Errors: kUnavailable where the disk is full or failing (the summary says which, and what to do);
// kMisconfigured where the file cannot be opened; kInternal for a bug of ours.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "base/random.h"
#include "base/result.h"
#include "store/commands.h"
#include "store/entities.h"
#include "store/outbox.h"
#include "store/ownership.h"
#include "store/records.h"
#include "store/search.h"
#include "store/usage.h"
#include "store/user_links.h"
#include "store/vendor_requests.h"

namespace pons::store {

// What a committed group touched; tells those who wait.
struct CommitInfo {
  bool records = false;     // records, visibility or change log
  bool deliveries = false;  // the outbox has something new
  bool settings = false;    // organizations, connections, apps, grants, webhooks
  // Connections with commands that are new, or that somebody has set going again.
  std::vector<ConnectionKey> commands = {};
};

class Transaction;
class Reader;
class AccountReads;   // store/accounts.h
class AccountWrites;  // store/accounts.h
class PortalReads;    // store/portal.h

// Bytes that an app has uploaded, to be used by what it sends later.
struct BinaryRow {
  std::string id;
  AppKey app = 0;
  std::string content_type;
  std::shared_ptr<const std::string> bytes;
  Instant expires{};
};

// A record with where it came from, for those who act on it.
struct LocatedRecord {
  ServedRecord record;
  Source source;
  std::vector<GrantKey> seen_by;  // of the grants that were asked for
};

struct StoreOptions {
  std::string path;  // a folder: pons.db, keys and the audit trail live in it. ":memory:" for tests
  // Where the master key is. Empty: what PONS_MASTER_KEY_FILE says, or else master.key in the
  // folder, made at the first start.
  std::string master_key_file = {};
  bool writer_thread = true;  // false: Write runs on the caller's thread, one commit each
  // Called with 1, 2, 3, … just before and just after each commit; crash tests kill the process
  // here.
  std::function<void(std::uint64_t)> at_commit_point = {};
};

class Store {
 public:
  static Result<std::unique_ptr<Store>> Open(const StoreOptions& options, Clock& clock,
                                             Random& random, Logger& log);
  virtual ~Store() = default;

  // Runs `work` inside a transaction and waits until it is on disk. Anything that fails inside
  // rolls the whole of `work` back and is what Write returns; an Error returned by `work` does too.
  virtual Result<void> Write(const std::function<Result<void>(Transaction&)>& work) = 0;

  virtual Result<std::unique_ptr<Reader>> OpenReader() = 0;

  // Rises with every commit that touches records, visibility or the change log, after the commit.
  virtual std::uint64_t records_version() const = 0;
  // The same for what operators set up.
  virtual std::uint64_t settings_version() const = 0;

  // Called on the writer's thread after each commit; must be quick. Add before traffic starts.
  virtual void AddCommitListener(std::function<void(const CommitInfo&)> listener) = 0;

  // Copies the store as it is at this moment into a new file, while it goes on being read and
  // written. The copy is sealed with the same master key, which is not in it. `progress` is told
  // pages done and pages in all, and may stop it by returning false (kCancelled). What was written
  // is checked before this returns; an unfinished file is removed.
  virtual Result<void> CopyTo(const std::string& file,
                              const std::function<bool(int, int)>& progress) = 0;

  // 32 bytes that never leave this store; what record ids are derived from.
  virtual std::string_view identity_key() const = 0;

  // Makes a new master key and seals every secret with it, all in one commit. Whenever the process
  // ends, the key file that is found next opens what is stored. Returns how many secrets there are.
  virtual Result<std::int64_t> RotateMasterKey() = 0;
};

// Inside one transaction. After the first failure the other calls do nothing and give empty
// answers; Write then returns that failure.
class Transaction {
 public:
  virtual ~Transaction() = default;
  virtual Instant now() const = 0;

  // ---- records
  virtual std::optional<Head> FindHead(RefKey ref) = 0;
  // Inserts, or replaces what is there; the version is one more than the last. Returns it.
  std::int64_t PutRecord(const RecordWrite& record) {
    return PutRecord(record, FindHead(KeyOf(record.id.value)));
  }
  // The same for who has just asked FindHead and has written nothing since.
  virtual std::int64_t PutRecord(const RecordWrite& record, const std::optional<Head>& head) = 0;
  // The body is dropped, the row stays as a tombstone. Returns the new version.
  virtual std::int64_t DeleteRecord(RefKey ref, const Source& source) = 0;

  // Changes what follows meta in a stored body and nothing else. Returns the new version; 0 where
  // there is no such record or `change` returns false.
  virtual std::int64_t RewriteTail(RefKey ref, const std::function<bool(std::string&)>& change) = 0;

  // ---- visibility
  virtual std::vector<GrantKey> GrantsSeeing(RefKey ref) = 0;
  // True when it was not visible to that grant before.
  virtual bool Show(GrantKey grant, RefKey ref, std::string_view app_location) = 0;
  virtual std::string AppLocationOf(GrantKey grant, RefKey ref) = 0;
  // True when this store holds any record of that stream of that connection.
  virtual bool HasRecords(ConnectionKey connection, model::Stream stream) = 0;

  // ---- change log and outbox
  // Appends to the log of that grant, and queues a delivery for each webhook of its app that wants
  // the event unless `quiet`. Returns the sequence number.
  virtual std::int64_t AppendChange(GrantKey grant, model::Stream stream, const ResourceId& id,
                                    std::int64_t version, ChangeKind kind, bool quiet) = 0;
  virtual void SaveDelivery(const DeliveryUpdate& update) = 0;
  // Adds to what that app's hour has already.
  virtual void AddUsage(const UsageRow& row) = 0;
  // Adds to what that connection's day has already.
  virtual void AddVendorRequests(const VendorRequests& row) = 0;
  // Queues again what was delivered or failed: one delivery, or all of a webhook since a moment.
  virtual std::int64_t Replay(WebhookKey webhook, std::optional<std::int64_t> delivery,
                              std::optional<Instant> since) = 0;

  // ---- streams
  virtual StreamState LoadStream(ConnectionKey connection, model::Stream stream) = 0;
  virtual void SaveStream(ConnectionKey connection, model::Stream stream, const StreamState&) = 0;
  virtual void MarkSeen(ConnectionKey connection, model::Stream stream, RefKey ref) = 0;
  virtual void ForgetSweep(ConnectionKey connection, model::Stream stream) = 0;
  // Live records of the stream that the running sweep has not met, with their vendor ids; forgets
  // what the sweep has seen.
  virtual std::vector<std::pair<RefKey, std::string>> FinishSweep(ConnectionKey connection,
                                                                  model::Stream stream) = 0;
  virtual void Quarantine(const QuarantinedRow& row) = 0;
  virtual void ReleaseFromQuarantine(ConnectionKey connection, model::Stream stream,
                                     std::string_view vendor_id) = 0;
  virtual std::optional<SeenVisit> FindVisit(ConnectionKey connection, std::string_view id) = 0;
  virtual void SaveVisit(const SeenVisit& visit) = 0;

  // ---- what operators set up. Insert fills in the key.
  virtual void Insert(const Organization& organization) = 0;
  virtual ConnectionKey Insert(const Connection& connection) = 0;
  virtual AppKey Insert(const App& app) = 0;
  virtual GrantKey Insert(const Grant& grant) = 0;
  virtual WebhookKey Insert(const Webhook& webhook) = 0;
  virtual void Update(const Organization& organization) = 0;  // its name
  virtual void Update(const Connection& connection) = 0;
  virtual void Update(const App& app) = 0;
  virtual void Update(const Grant& grant) = 0;  // revoking hides everything at once
  virtual void Update(const Webhook& webhook) = 0;
  // In place of those that the app had.
  virtual void SaveAppLocations(AppKey app, std::span<const AppLocation> locations) = 0;
  // One plain setting that the vendor has changed by itself; the revision stays. False where the
  // settings are of another revision by now, or it is no news.
  virtual bool KeepSetting(ConnectionKey connection, std::int64_t revision, std::string_view key,
                           std::string_view value) = 0;
  // One that is there already is replaced.
  virtual void Save(const UserLink& link) = 0;
  virtual bool DropUserLink(GrantKey grant, std::string_view app_user) = 0;  // false: none there

  // ---- commands
  // Gives the row its number. A key of that app's that is taken is a kConflict.
  virtual std::int64_t Insert(const CommandRow& command) = 0;
  virtual std::optional<CommandRow> FindCommand(std::string_view id) = 0;
  virtual std::optional<CommandRow> FindCommandByKey(AppKey app, std::string_view key) = 0;
  // Everything but what never changes: id, connection, app, kind, lane, body, key.
  virtual void Save(const CommandRow& command) = 0;
  virtual void Append(const CommandStep& step) = 0;
  virtual std::int64_t CountOpenCommands(ConnectionKey connection) = 0;
  virtual std::optional<CommandRow> NextCommand(const CommandQuery& query) = 0;
  // Wakes that connection's worker after the commit.
  virtual void NudgeCommands(ConnectionKey connection) = 0;
  virtual void SaveWriteHealth(ConnectionKey connection, const WriteHealth& health) = 0;
  // Kept for 30 days after the command's end.
  virtual void KeepDocument(std::string_view command, std::string_view document_id,
                            std::string_view content) = 0;

  // ---- ownership
  virtual void SaveOwner(const PatientOwner& owner) = 0;  // the first one stays
  virtual std::optional<PatientOwner> FindOwner(ConnectionKey connection,
                                                std::string_view vendor_id) = 0;
  // True where the patient was an app's until now.
  virtual bool MarkOpened(ConnectionKey connection, std::string_view vendor_id, Instant opened,
                          std::string_view visit) = 0;
  virtual void SaveDuplicate(const PossibleDuplicate& pair) = 0;  // a known pair stays as it is
  // False where there is no such pair.
  virtual bool SettleDuplicate(std::int64_t key, DuplicateState state) = 0;

  // ---- people
  virtual AccountWrites& accounts() = 0;
  // This practitioner or appointment type is no news to the connection's admins any more.
  virtual void MarkAnswered(ConnectionKey connection, model::Stream stream,
                            std::string_view vendor_id) = 0;

  // ---- uploads
  virtual void KeepBinary(const BinaryRow& binary) = 0;

  virtual void SaveHealth(ConnectionKey connection, const ConnectionHealth& health) = 0;
  virtual void SaveToken(std::string_view token_hash, AppKey app, std::string_view scope,
                         Instant expires) = 0;
  // Tokens; delivered rows, keys and bodies of commands, documents and uploads past
  // keeping.
  virtual void DropExpired(Instant now) = 0;

  // Names this transaction's failure; later calls do nothing.
  virtual void Fail(Error error) = 0;
};

struct TokenRow {
  AppKey app = 0;
  std::string scope;
  Instant expires{};
};

// What "explain" tells of one record.
struct RecordLife {
  ServedRecord record;
  Source source;
  struct Seen {
    GrantKey grant = 0;
    std::string app_location;
    Instant since{};
  };
  std::vector<Seen> visible_to;
  std::vector<LoggedChange> changes;
  std::vector<DeliveryRow> deliveries;
};

class Reader {
 public:
  virtual ~Reader() = default;

  // ---- records, never beyond what `grants` may see
  // Empty where it does not exist or is not visible; a tombstone where it was deleted.
  virtual Result<std::optional<ServedRecord>> Get(std::span<const GrantKey> grants,
                                                  model::Stream stream, std::string_view id) = 0;
  virtual Result<SearchPage> Search(const SearchQuery& query) = 0;
  // Entries after `since`, oldest first.
  virtual Result<std::vector<LoggedChange>> Changes(std::span<const GrantKey> grants,
                                                    std::int64_t since, std::uint32_t limit) = 0;
  virtual Result<std::int64_t> LastSeq() = 0;

  virtual Result<std::optional<LocatedRecord>> Locate(std::span<const GrantKey> grants,
                                                      model::Stream stream,
                                                      std::string_view id) = 0;

  // ---- uploads and documents
  // Of this app's, until it expires.
  virtual Result<std::optional<BinaryRow>> Binary(AppKey app, std::string_view id, Instant now) = 0;
  // What was handed in with that document; null where it is past keeping or never was.
  virtual Result<std::shared_ptr<const std::string>> ContentOf(std::string_view document_id) = 0;

  // ---- outbox
  // Due deliveries of active webhooks, oldest first, at most one per (webhook, record): the head of
  // that record's queue, and at most 64 of one webhook. Webhooks in `skip` are passed over (held
  // back or busy), so that a queue behind a dead receiver does not hide everybody else's.
  virtual Result<std::vector<DeliveryRow>> DueDeliveries(Instant now, std::uint32_t limit,
                                                         std::span<const WebhookKey> skip = {}) = 0;
  // The earliest moment later than `after` at which a delivery of an active webhook is due.
  virtual Result<std::optional<Instant>> NextDeliveryDue(Instant after) = 0;
  virtual Result<std::vector<DeliveryRow>> Deliveries(WebhookKey webhook, std::uint32_t limit) = 0;
  virtual Result<std::vector<DeliveryRow>> Deliveries(const DeliveryFilter& filter) = 0;
  // How many there are, `before` and `limit` left aside.
  virtual Result<std::int64_t> CountDeliveries(const DeliveryFilter& filter) = 0;
  virtual Result<std::optional<DeliveryRow>> Delivery(WebhookKey webhook, std::int64_t id) = 0;
  // Of its attempts, newest first; at most kMostAttemptsKept.
  virtual Result<std::vector<DeliveryAnswer>> AnswersTo(std::int64_t delivery) = 0;
  virtual Result<std::vector<OutboxTally>> OutboxTallies() = 0;  // of webhooks that are not deleted

  // ---- usage
  // By app and hour, oldest first.
  virtual Result<std::vector<UsageRow>> Usage(AppKey app, Instant since) = 0;
  // By day and word, oldest first.
  virtual Result<std::vector<VendorRequests>> CountedRequests(ConnectionKey connection,
                                                              Instant since) = 0;

  // ---- what operators set up
  virtual Result<std::vector<Organization>> Organizations() = 0;
  virtual Result<std::vector<Connection>> Connections() = 0;
  virtual Result<std::vector<App>> Apps() = 0;
  virtual Result<std::vector<AppLocation>> AppLocations(AppKey app) = 0;  // by name
  virtual Result<std::vector<Grant>> Grants() = 0;
  virtual Result<std::vector<UserLink>> UserLinks(GrantKey grant) = 0;
  virtual Result<std::vector<Webhook>> Webhooks() = 0;
  virtual Result<ConnectionHealth> Health(ConnectionKey connection) = 0;
  virtual Result<std::optional<TokenRow>> FindToken(std::string_view token_hash) = 0;
  virtual Result<std::vector<QuarantinedRow>> Quarantined(std::optional<ConnectionKey>) = 0;
  virtual Result<std::vector<SeenVisit>> Visits(ConnectionKey connection, std::uint32_t limit) = 0;
  virtual Result<std::optional<SeenVisit>> Visit(ConnectionKey connection,
                                                 std::string_view vendor_id) = 0;
  // Visits that wait for a patient's row to become readable.
  virtual Result<std::vector<SeenVisit>> WaitingVisits(ConnectionKey connection) = 0;
  // Grants in force that show this record.
  virtual Result<std::vector<GrantKey>> GrantsSeeing(RefKey ref) = 0;
  virtual Result<StreamState> Stream(ConnectionKey connection, model::Stream stream) = 0;

  // ---- commands
  virtual Result<std::optional<CommandRow>> Command(std::string_view id) = 0;
  virtual Result<std::optional<CommandRow>> CommandByKey(AppKey app, std::string_view key) = 0;
  virtual Result<std::optional<CommandRow>> NextCommand(const CommandQuery& query) = 0;
  // Of open commands of these kinds that nothing holds back; expiry of any.
  virtual Result<CommandMoments> NextCommandMoments(ConnectionKey connection, unsigned kinds) = 0;
  virtual Result<WriteHealth> HealthOfWrites(ConnectionKey connection) = 0;
  virtual Result<std::vector<ConnectionKey>> ConnectionsWithCommands() = 0;  // open ones
  virtual Result<std::vector<CommandRow>> Commands(const CommandFilter& filter) = 0;
  virtual Result<std::vector<CommandStep>> CommandSteps(std::string_view id) = 0;
  virtual Result<std::vector<CommandTally>> CommandTallies() = 0;
  // Those that made or changed that record, or would, newest first.
  virtual Result<std::vector<CommandRow>> CommandsOfRecord(std::string_view resource_id) = 0;
  // Null where it is past keeping or never was.
  virtual Result<std::shared_ptr<const std::string>> DocumentContent(std::string_view command) = 0;

  // ---- ownership
  virtual Result<std::optional<PatientOwner>> Owner(ConnectionKey connection,
                                                    std::string_view vendor_id) = 0;
  virtual Result<std::vector<PossibleDuplicate>> PossibleDuplicates(bool settled_too) = 0;

  // ---- people
  // Runs `read`, and returns what failed in it.
  virtual Result<void> Accounts(const std::function<void(AccountReads&)>& read) = 0;
  virtual Result<void> Portal(const std::function<void(PortalReads&)>& read) = 0;

  // ---- for people
  virtual Result<std::optional<RecordLife>> Explain(std::string_view id) = 0;
  virtual Result<std::optional<ResourceId>> FindByVendorId(ConnectionKey connection,
                                                           model::Stream stream,
                                                           std::string_view vendor_id) = 0;
  virtual Result<std::int64_t> CountRecords(std::optional<ConnectionKey>, model::Stream) = 0;
  // Every live record, visible or not: for checks and backups, never for the API.
  virtual Result<void> ForEachRecord(
      const std::function<void(const ServedRecord&, const Source&)>& each) = 0;
};

}  // namespace pons::store
