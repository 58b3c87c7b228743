// SPDX-License-Identifier: Apache-2.0
// Store on SQLite. Exactly one connection writes and checkpoints (SQLite 3.40.1 can damage a WAL
// when two do); readers are read-only. Writes from all threads are committed in groups.
#include <atomic>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <fstream>
#include <mutex>
#include <thread>
#include <utility>

#include "crypto/crypto.h"
#include "store/data_folder.h"
#include "store/key_ring.h"
#include "store/migrations.h"
#include "store/reseal.h"
#include "store/sqlite_reader.h"
#include "store/sqlite_transaction.h"
#include "store/store.h"

namespace pons::store {
namespace {

constexpr std::size_t kLargestGroup = 256;

class SqliteStore final : public Store {
 public:
  SqliteStore(std::unique_ptr<DataFolder> folder, std::unique_ptr<Db> db, StoreOptions options,
              Clock& clock, Random& random, Logger& log)
      : folder_(std::move(folder)),
        db_(std::move(db)),
        options_(std::move(options)),
        clock_(clock),
        random_(random),
        log_(log),
        keys_(folder_->seal_key()),
        transaction_(*db_, random, keys_) {}

  ~SqliteStore() override {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    wake_.notify_all();
    if (writer_.joinable()) writer_.join();
  }

  Result<void> Start() {
    PONS_TRY(Migrate(*db_));
    PONS_TRY(LoadIdentityKey());
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
    return std::unique_ptr<Reader>(std::make_unique<SqliteReader>(std::move(db), keys_));
  }

  Result<std::int64_t> RotateMasterKey() override {
    const auto next = NewKey();
    std::int64_t count = 0;
    const auto change = [&](Transaction&) -> Result<void> {
      if (key_changing_) return MakeError(Fault::kConflict, "the key is being changed already");
      PONS_TRY(folder_->WriteNextKey(next));
      keys_.Replace(next);
      key_changing_ = true;
      auto sealed = ResealAll(*db_, keys_, random_);
      if (!sealed) {
        TakeKeyBack();
        folder_->DropNextKey();
        return sealed.error();
      }
      count = *sealed;
      return Ok();
    };
    PONS_TRY(Write(change));
    return count;
  }

  Result<void> CopyTo(const std::string& file,
                      const std::function<bool(int, int)>& progress) override {
    if (std::ifstream(file).good()) {
      return MakeError(Fault::kConflict, file + " is there already; it is not written over");
    }
    auto copied = MakeCopy(file, progress);
    // What is not whole must not lie about to be restored one day.
    if (!copied) std::remove(file.c_str());
    return copied;
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

  Result<void> MakeCopy(const std::string& file, const std::function<bool(int, int)>& progress) {
    PONS_ASSIGN(const auto from, Db::Open(folder_->path() + "/pons.db", Db::Mode::kReader));
    PONS_ASSIGN(const auto to, Db::Open(file, Db::Mode::kWriter));
    PONS_TRY(from->CopyInto(*to, progress));
    // One file that needs no other beside it; whoever opens it as a store turns that round again.
    to->Exec("PRAGMA journal_mode = DELETE");
    return CheckCopy(*to);
  }

  Result<void> CheckCopy(Db& copy) {
    std::string found;
    {
      auto use = copy.Prepared("PRAGMA quick_check(1)");
      if (use.Step()) found = use.Text(0);
    }
    std::string sealed;
    {
      auto use = copy.Prepared("SELECT sealed FROM secret WHERE name = 'identity'");
      if (use.Step()) sealed = use.Text(0);
    }
    if (copy.failed()) return WithContext(copy.error(), "check the copy");
    if (found != "ok") {
      return MakeError(Fault::kInternal,
                       "the copy is damaged; check the disk that it was written to, and try again");
    }
    const auto key = keys_.Unseal(sealed);
    if (!key) return WithContext(key.error(), "check the copy");
    return Ok();
  }

  Result<void> LoadIdentityKey() {
    db_->Exec("CREATE TABLE IF NOT EXISTS secret(name TEXT PRIMARY KEY, sealed BLOB NOT NULL)");
    std::string sealed;
    {
      auto use = db_->Prepared("SELECT sealed FROM secret WHERE name = 'identity'");
      if (use.Step()) sealed = use.Text(0);
    }
    if (!sealed.empty()) {
      PONS_TRY(SettleKeyChange(sealed));
      PONS_ASSIGN(identity_key_, keys_.Unseal(sealed));
      return Ok();
    }
    identity_key_ = NewKey();
    sealed = keys_.Seal(identity_key_, random_);
    db_->Prepared("INSERT INTO secret(name, sealed) VALUES('identity', ?)").Blob(sealed).Run();
    if (db_->failed()) return WithContext(db_->error(), "make the identity key");
    return Ok();
  }

  std::string NewKey() {
    std::string key(32, '\0');
    random_.Fill({reinterpret_cast<unsigned char*>(key.data()), key.size()});
    return key;
  }

  // A change of the master key that the end of a process cut short: what is stored says whether it
  // took place.
  Result<void> SettleKeyChange(const std::string& sealed) {
    auto next = folder_->next_key();
    if (next.empty()) return Ok();
    if (keys_.Unseal(sealed)) {
      folder_->DropNextKey();
      return Ok();
    }
    // Neither opens it: both stay, and the error of who asks says so.
    if (!crypto::Unseal(next, sealed)) return Ok();
    PONS_TRY(folder_->AdoptNextKey());
    keys_.Replace(std::move(next));
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
      // The next key's file stays: a disk that fails in a commit may have kept it all the same.
      if (key_changing_) TakeKeyBack();
      return;
    }
    AtCommitPoint();
    if (std::exchange(key_changing_, false)) {
      // The store is sealed with the next key by now. Where its file cannot take its place, it
      // does at the next start.
      if (const auto adopted = folder_->AdoptNextKey(); !adopted)
        log_.Error(adopted.error().summary);
    }
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

  void TakeKeyBack() {
    key_changing_ = false;
    keys_.TakeBack();
  }

  void AtCommitPoint() {
    if (options_.at_commit_point) options_.at_commit_point(++commit_points_);
  }

  std::unique_ptr<DataFolder> folder_;
  std::unique_ptr<Db> db_;
  StoreOptions options_;
  Clock& clock_;
  Random& random_;
  Logger& log_;
  KeyRing keys_;
  SqliteTransaction transaction_;
  std::string identity_key_;
  std::atomic<std::uint64_t> records_version_{1};
  std::atomic<std::uint64_t> settings_version_{1};
  std::uint64_t commit_points_ = 0;
  bool key_changing_ = false;  // inside the transaction that changes it; the writer's

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
  std::string key_file = options.master_key_file;
  if (const char* given = std::getenv("PONS_MASTER_KEY_FILE");
      key_file.empty() && given != nullptr && options.path != ":memory:") {
    key_file = given;
  }
  PONS_ASSIGN(auto folder, DataFolder::Hold(options.path, key_file, random));
  PONS_ASSIGN(auto db, Db::Open(folder->path() + "/pons.db", Db::Mode::kWriter));
  db->Exec(
      "PRAGMA page_size = 8192; PRAGMA journal_mode = WAL; PRAGMA foreign_keys = ON;"
      "PRAGMA cache_size = -65536; PRAGMA temp_store = MEMORY;"
      "PRAGMA wal_autocheckpoint = 4000");
  // A store that goes with its process has nothing to keep.
  db->Exec(folder->temporary() ? "PRAGMA synchronous = OFF" : "PRAGMA synchronous = FULL");
  if (db->failed()) return WithContext(db->error(), "open the store");
  auto store =
      std::make_unique<SqliteStore>(std::move(folder), std::move(db), options, clock, random, log);
  PONS_TRY(store->Start());
  log.Debug("store opened", {{"folder", options.path}});
  return std::unique_ptr<Store>(std::move(store));
}

}  // namespace pons::store
