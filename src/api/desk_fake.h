// SPDX-License-Identifier: Apache-2.0
// For tests: a desk that does what a test tells it to. It keeps the promises of the real one about
// keys and waiting, and none about vendors.
#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <vector>

#include "commands/desk.h"
#include "store/store.h"

namespace pons::api {

class ScriptedDesk final : public commands::Desk {
 public:
  using Script = std::function<void(const commands::Submission&, commands::CommandView&)>;

  void set_store(store::Store& store) { store_ = &store; }
  // How commands end from now on; none: they stay accepted until their caller has waited enough.
  void set_script(Script script) {
    const std::lock_guard lock(mutex_);
    script_ = std::move(script);
  }
  void set_unsupported(std::optional<Error> error) {
    const std::lock_guard lock(mutex_);
    unsupported_ = std::move(error);
  }
  void set_refusal(std::optional<Error> error) {
    const std::lock_guard lock(mutex_);
    refusal_ = std::move(error);
  }
  void set_too_late(bool too_late) { too_late_ = too_late; }

  std::vector<commands::Submission> submissions() const {
    const std::lock_guard lock(mutex_);
    return submissions_;
  }
  // Waits until somebody waits for a command, then tells them how it stands: their time is up.
  Instant LetTimePass() {
    std::unique_lock lock(mutex_);
    wake_.wait_for(lock, std::chrono::seconds(20), [this] { return !waiting_.empty(); });
    if (waiting_.empty()) return {};
    auto waiting = std::move(waiting_);
    waiting_.clear();
    lock.unlock();
    for (auto& one : waiting) one.told(views_.at(one.id));
    return waiting.front().until;
  }

  Result<void> Supports(store::ConnectionKey, model::CommandKind) override {
    const std::lock_guard lock(mutex_);
    if (unsupported_) return *unsupported_;
    return Ok();
  }

  Result<commands::Submitted> Submit(const commands::Submission& submission) override {
    const std::lock_guard lock(mutex_);
    if (refusal_) return *refusal_;
    submissions_.push_back(submission);
    commands::CommandView view;
    view.id = "command-" + std::to_string(submissions_.size());
    view.kind = model::KindOf(submission.body);
    if (store_ != nullptr) Keep(submission, view.id);
    if (!submission.idempotency_key.empty()) {
      keys_[submission.idempotency_key] = {submission.request_hash, view.id};
    }
    views_[view.id] = view;
    if (script_) {
      script_(submission, views_[view.id]);
      if (view.kind == model::CommandKind::kAttachDocument) view = views_[view.id];
    }
    return commands::Submitted{view, false};
  }

  Result<std::optional<commands::CommandView>> Find(store::AppKey, std::string_view id) override {
    const std::lock_guard lock(mutex_);
    const auto found = views_.find(std::string(id));
    if (found == views_.end()) return std::optional<commands::CommandView>();
    return std::optional(found->second);
  }

  Result<std::optional<commands::CommandView>> FindByKey(store::AppKey, std::string_view key,
                                                         std::string_view hash) override {
    const std::lock_guard lock(mutex_);
    const auto found = keys_.find(std::string(key));
    if (found == keys_.end()) return std::optional<commands::CommandView>();
    if (found->second.first != hash) {
      Error error = MakeError(Fault::kRejected, "This key was used for another request.");
      error.vendor_code = "idempotency-key-reused";
      return error;
    }
    return std::optional(views_.at(found->second.second));
  }

  void WhenSettled(std::string_view id, Instant until,
                   std::function<void(const commands::CommandView&)> told) override {
    commands::CommandView view;
    {
      const std::lock_guard lock(mutex_);
      view = views_.at(std::string(id));
      if (view.state == commands::State::kAccepted) {
        waiting_.push_back({std::string(id), until, std::move(told)});
        wake_.notify_all();
        return;
      }
    }
    told(view);
  }

  Result<commands::CommandView> Withdraw(store::AppKey, std::string_view id) override {
    const std::lock_guard lock(mutex_);
    if (too_late_) return MakeError(Fault::kConflict, "It has been sent already.");
    auto& view = views_[std::string(id)];
    view.id = id;
    view.state = commands::State::kCancelled;
    return view;
  }

 private:
  struct Waiting {
    std::string id;
    Instant until;
    std::function<void(const commands::CommandView&)> told;
  };

  // What the real desk keeps in the transaction that accepts a document.
  void Keep(const commands::Submission& submission, const std::string& id) {
    const auto kept = store_->Write([&](store::Transaction& tx) -> Result<void> {
      store::CommandRow row;
      row.id = id;
      row.connection = submission.connection;
      row.grant = submission.grant;
      row.app = submission.app;
      row.kind = model::KindOf(submission.body);
      row.idempotency_key = submission.idempotency_key;
      if (submission.document) {
        row.document_id = submission.document->id.value;
        tx.PutRecord(*submission.document);
        tx.Show(submission.grant, store::KeyOf(row.document_id), "");
        tx.KeepDocument(id, row.document_id, *submission.content);
      }
      tx.Insert(row);
      return Ok();
    });
    PONS_CHECK(kept.has_value());
  }

  store::Store* store_ = nullptr;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  Script script_;
  std::optional<Error> unsupported_;
  std::optional<Error> refusal_;
  bool too_late_ = false;
  std::vector<commands::Submission> submissions_;
  std::map<std::string, std::pair<std::string, std::string>> keys_;  // key: hash, command
  std::map<std::string, commands::CommandView> views_;
  std::vector<Waiting> waiting_;
};

}  // namespace pons::api
