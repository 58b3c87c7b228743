// SPDX-License-Identifier: Apache-2.0
// Bp's results import (best-practice sheet §7): watches one folder, takes the files whose extension
// REPORTEXTENSIONS knows, keeps their reports, logs each file and deletes it. What cannot be read
// stays where it is, logged once for as long as it does not change.
//
// Decision 0028 tells what of this is documented and what is inferred.
//
// Threads: any; runs on one of its own every interval, and on the caller's when asked to. A folder
// that cannot be listed is told in Describe and tried again at the next run.
#pragma once

#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "base/log.h"
#include "json/value.h"
#include "vendors/best_practice/sandbox/database.h"

namespace pons::best_practice::sandbox {

class Importer {
 public:
  // Empty folder: a temporary one, gone with this.
  struct Options {
    std::string folder;
    milliseconds interval{300'000};
    bool running = true;
  };

  Importer(Database& database, Logger& log) : database_(database), log_(log) {}
  ~Importer();
  Importer(const Importer&) = delete;
  Importer& operator=(const Importer&) = delete;

  // Makes the folder, tells Bp's tables of it and begins. Errors: kMisconfigured.
  Result<void> Start(const Options& options);

  const std::string& folder() const { return folder_; }

  // {"running","interval_ms","run_now","acknowledge":{"facility","folder"}}, each optional. Gives
  // Describe, after the run where one was asked for. Errors: kRejected.
  Result<json::Value> Change(const json::Value& body);
  json::Value Describe();

 private:
  struct Seen {
    std::uintmax_t bytes = 0;
    std::int64_t changed = 0;
  };

  void Work();
  void RunOnce();
  Result<void> TellTables();
  Result<std::vector<std::string>> Names() const;
  Result<std::vector<std::string>> Accepted(const std::vector<std::string>& names);
  void Take(const std::string& name);
  Result<std::int64_t> Import(const std::string& name, const std::string& file);
  void LogRejected(const std::string& name, const std::string& why);
  void Acknowledge(const std::string& name, std::string_view file, const char* code,
                   const std::string& why);

  Database& database_;
  Logger& log_;
  std::string folder_;
  bool temporary_ = false;

  std::mutex run_mutex_;  // one run at a time; guards what follows
  std::map<std::string, Seen> rejected_;

  std::mutex mutex_;
  std::condition_variable wake_;
  bool running_ = true, stopping_ = false;
  milliseconds interval_{300'000};
  std::chrono::steady_clock::time_point next_run_;
  std::int64_t last_run_ms_ = 0, imported_ = 0;
  std::string error_;
  std::thread thread_;
};

}  // namespace pons::best_practice::sandbox
