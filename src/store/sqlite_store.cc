// SPDX-License-Identifier: Apache-2.0
// Store on SQLite. Exactly one connection writes and checkpoints (SQLite 3.40.1 can damage a WAL
// when two do); readers are read-only. Writes from all threads are committed in groups.
#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "crypto/crypto.h"
#include "store/data_folder.h"
#include "store/migrations.h"
#include "store/sqlite_reader.h"
#include "store/sqlite_transaction.h"
#include "store/store.h"

namespace pons::store {
namespace {

constexpr std::size_t kLargestGroup = 256;

class SqliteStore final : public Store {
 public:
  SqliteStore(std::unique_ptr<DataFolder> folder, std::unique_ptr<Db> db, StoreOptions options,
              Clock& clock, Random& random)
      : folder_(std::move(folder)),
        db_(std::move(db)),
        options_(std::move(options)),
        clock_(clock),
        transaction_(*db_, random, folder_->seal_key()) {}

  ~SqliteStore() override {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    wake_.notify_all();
    if (writer_.joinable()) writer_.join();
  }

  Result<void> Start(Random& random) {
    PONS_TRY(Migrate(*db_));
    PONS_TRY(LoadIdentityKey(random));
    if (options_.writer_thread) writer_ = std::thread([this] { WriterLoop(); });
    return Ok();
  }

  Result<void> Write(const std::function<Result<void>(Transaction&)>& work) override {
    Job job{&work, {}, false};
    if (!options_.writer_thread) {
      Job* jobs[] = {&job};
      const std::lock_guard lock(mutex_);
      RunGroup(jobs);
      return std::move(job.result);
    }
    std::unique_lock lock(mutex_);
    if (stopping_) return MakeError(Fault::kCancelled, "the store is closing");
    queue_.push_back(&job);
    wake_.notify_one();
    done_.wait(lock, [&job] { return job.done; });
    return std::move(job.result);
  }

  Result<std::unique_ptr<Reader>> OpenReader() override {
    PONS_ASSIGN(auto db, Db::Open(folder_->path() + "/pons.db", Db::Mode::kReader));
    db->Exec("PRAGMA query_only = 1; PRAGMA wal_autocheckpoint = 0; PRAGMA cache_size = -16384");
    if (db->failed()) return db->error();
    return std::unique_ptr<Reader>(
        std::make_unique<SqliteReader>(std::move(db), folder_->seal_key()));
  }

  std::uint64_t records_version() const override { return records_version_.load(); }
  std::uint64_t settings_version() const override { return settings_version_.load(); }
  void AddCommitListener(std::function<void(const CommitInfo&)> listener) override {
    const std::lock_guard lock(mutex_);
    listeners_.push_back(std::move(listener));
  }
  std::string_view identity_key() const override { return identity_key_; }

 private:
  struct Job {
    const std::function<Result<void>(Transaction&)>* work;
    Result<void> result;
    bool done;
  };

  Result<void> LoadIdentityKey(Random& random) {
    db_->Exec("CREATE TABLE IF NOT EXISTS secret(name TEXT PRIMARY KEY, sealed BLOB NOT NULL)");
    {
      auto use = db_->Prepared("SELECT sealed FROM secret WHERE name = 'identity'");
      if (use.Step()) {
        PONS_ASSIGN(identity_key_, crypto::Unseal(folder_->seal_key(), use.Text(0)));
        return Ok();
      }
    }
    identity_key_.assign(32, '\0');
    random.Fill({reinterpret_cast<unsigned char*>(identity_key_.data()), identity_key_.size()});
    const std::string sealed = crypto::Seal(folder_->seal_key(), identity_key_, random);
    db_->Prepared("INSERT INTO secret(name, sealed) VALUES('identity', ?)").Blob(sealed).Run();
    if (db_->failed()) return WithContext(db_->error(), "make the identity key");
    return Ok();
  }

  void WriterLoop() {
    std::unique_lock lock(mutex_);
    while (true) {
      wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
      if (queue_.empty()) return;
      std::vector<Job*> group;
      while (!queue_.empty() && group.size() < kLargestGroup) {
        group.push_back(queue_.front());
        queue_.pop_front();
      }
      lock.unlock();
      RunGroup(group);
      lock.lock();
      for (Job* job : group) job->done = true;
      done_.notify_all();
    }
  }

  // One commit for all of them. Each stands or falls alone until the commit itself.
  void RunGroup(std::span<Job* const> group) {
    db_->ClearError();
    db_->Exec("BEGIN IMMEDIATE");
    for (Job* job : group) {
      if (db_->failed()) break;
      RunOne(*job);
    }
    AtCommitPoint();
    if (!db_->failed()) db_->Exec("COMMIT");
    const CommitInfo touched = transaction_.TakeTouched();
    if (db_->failed()) {
      const Error error = db_->error();
      db_->ClearError();
      if (db_->in_transaction()) db_->Exec("ROLLBACK");
      db_->ClearError();
      for (Job* job : group) job->result = error;
      return;
    }
    AtCommitPoint();
    if (touched.records) records_version_.fetch_add(1);
    if (touched.settings) settings_version_.fetch_add(1);
    for (const auto& listener : listeners_) listener(touched);
  }

  void RunOne(Job& job) {
    db_->Exec("SAVEPOINT work");
    transaction_.Begin(clock_.Now());
    Result<void> result = (*job.work)(transaction_);
    if (result && !db_->failed()) {
      db_->Exec("RELEASE work");
      job.result = Ok();
      return;
    }
    job.result = db_->failed() ? Result<void>(db_->error()) : std::move(result);
    // A full or failing disk ends the whole group: SQLite has rolled it back already.
    if (!db_->in_transaction()) return;
    db_->ClearError();
    db_->Exec("ROLLBACK TO work");
    db_->Exec("RELEASE work");
    transaction_.ForgetCaches();
  }

  void AtCommitPoint() {
    if (options_.at_commit_point) options_.at_commit_point(++commit_points_);
  }

  std::unique_ptr<DataFolder> folder_;
  std::unique_ptr<Db> db_;
  StoreOptions options_;
  Clock& clock_;
  SqliteTransaction transaction_;
  std::string identity_key_;
  std::atomic<std::uint64_t> records_version_{1};
  std::atomic<std::uint64_t> settings_version_{1};
  std::uint64_t commit_points_ = 0;

  std::mutex mutex_;
  std::condition_variable wake_;
  std::condition_variable done_;
  std::deque<Job*> queue_;
  std::vector<std::function<void(const CommitInfo&)>> listeners_;
  bool stopping_ = false;
  std::thread writer_;
};

}  // namespace

Result<std::unique_ptr<Store>> Store::Open(const StoreOptions& options, Clock& clock,
                                           Random& random, Logger& log) {
  PONS_ASSIGN(auto folder, DataFolder::Hold(options.path, random));
  PONS_ASSIGN(auto db, Db::Open(folder->path() + "/pons.db", Db::Mode::kWriter));
  db->Exec(
      "PRAGMA page_size = 8192; PRAGMA journal_mode = WAL; PRAGMA foreign_keys = ON;"
      "PRAGMA cache_size = -65536; PRAGMA temp_store = MEMORY;"
      "PRAGMA wal_autocheckpoint = 4000");
  // A store that goes with its process has nothing to keep.
  db->Exec(folder->temporary() ? "PRAGMA synchronous = OFF" : "PRAGMA synchronous = FULL");
  if (db->failed()) return WithContext(db->error(), "open the store");
  auto store =
      std::make_unique<SqliteStore>(std::move(folder), std::move(db), options, clock, random);
  PONS_TRY(store->Start(random));
  log.Debug("store opened", {{"folder", options.path}});
  return std::unique_ptr<Store>(std::move(store));
}

}  // namespace pons::store
