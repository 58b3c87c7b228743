// SPDX-License-Identifier: Apache-2.0
#include "vendors/best_practice/sandbox/importer.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "base/text.h"
#include "vendors/best_practice/sandbox/bp_edits.h"
#include "vendors/best_practice/sandbox/documents.h"

namespace pons::best_practice::sandbox {
namespace {

namespace fs = std::filesystem;

constexpr const char* kComputer = "SANDBOX";
constexpr std::uintmax_t kLargestFile = 96u << 20;
constexpr std::size_t kListed = 1000;

// INFERRED: the codes of LogResultFiles.PROCESSCODE.
constexpr std::int64_t kImported = 1;
constexpr std::int64_t kUnreadable = 2;

std::int64_t RealMillis() { return ToMillis(sandboxkit::SandboxClock::RealNow()); }

std::string Extension(const std::string& name) {
  const std::size_t dot = name.rfind('.');
  return dot == std::string::npos ? "" : AsciiLower(std::string_view(name).substr(dot));
}

Result<std::string> ReadWhole(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return MakeError(Fault::kForbidden, "the file cannot be opened");
  std::string bytes((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  if (in.bad()) return MakeError(Fault::kUnavailable, "the file cannot be read");
  return bytes;
}

// Whatever an error says about a message goes into one field of another.
std::string Escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '|':
        out += "\\F\\";
        break;
      case '^':
        out += "\\S\\";
        break;
      case '&':
        out += "\\T\\";
        break;
      case '~':
        out += "\\R\\";
        break;
      case '\\':
        out += "\\E\\";
        break;
      default:
        out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    }
  }
  return out;
}

Result<std::int64_t> LogFile(Connection& writer, const std::string& name, std::int64_t code,
                             std::int64_t reports) {
  return InsertRow(writer, "LogResultFiles",
                   {{"FILENAME", name},
                    {"COMPUTER", std::string(kComputer)},
                    {"PROCESSDATE", NowText(writer.database())},
                    {"PROCESSCODE", code},
                    {"REPORTCOUNT", reports}});
}

Result<void> LogReport(Connection& writer, std::int64_t file, std::int64_t report) {
  auto row = InsertRow(
      writer, "LogReports",
      {{"LOGFILEID", file},
       {"REPORTID", report},
       {"SURNAME",
        AskText(writer, "SELECT SURNAME FROM INCOMINGREPORTS WHERE REPORTID = ?", {report})},
       {"FIRSTNAME",
        AskText(writer, "SELECT FIRSTNAME FROM INCOMINGREPORTS WHERE REPORTID = ?", {report})},
       {"DOB", AskText(writer, "SELECT DOB FROM INCOMINGREPORTS WHERE REPORTID = ?", {report})},
       {"PROVIDERNAME",
        AskText(writer, "SELECT PROVIDERNAME FROM INCOMINGREPORTS WHERE REPORTID = ?", {report})},
       {"PROVIDERREFERENCE",
        AskText(writer, "SELECT PROVIDERREFERENCE FROM INCOMINGREPORTS WHERE REPORTID = ?",
                {report})},
       {"TESTNAME",
        AskText(writer, "SELECT TESTNAME FROM INCOMINGREPORTS WHERE REPORTID = ?", {report})},
       {"PROCESSDATE", NowText(writer.database())}});
  if (!row) return std::move(row).error();
  return Ok();
}

// One transaction on the writing connection.
template <typename Edit>
Result<std::int64_t> InTransaction(Database& database, Edit edit) {
  Database::Lease writer = database.BorrowWriter(nullptr);
  if (!writer) return MakeError(Fault::kUnavailable, "the database is busy");
  PONS_TRY(writer->Run("BEGIN IMMEDIATE"));
  Result<std::int64_t> done = edit(*writer);
  PONS_TRY(writer->Run(done ? "COMMIT" : "ROLLBACK"));
  return done;
}

}  // namespace

Importer::~Importer() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
  std::error_code ignored;
  if (temporary_) fs::remove_all(folder_, ignored);
}

Result<void> Importer::Start(const Options& options) {
  std::error_code error;
  if (options.folder.empty()) {
    std::string pattern = (fs::temp_directory_path() / "pons-sandbox-reports-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr)
      return MakeError(Fault::kMisconfigured, "cannot make a temporary folder for reports");
    folder_ = pattern;
    temporary_ = true;
  } else {
    folder_ = fs::absolute(options.folder, error).string();
    fs::create_directories(folder_, error);
    if (error || !fs::is_directory(folder_, error)) {
      return MakeError(Fault::kMisconfigured,
                       "cannot make the report folder " + folder_ + ": " + error.message());
    }
  }
  interval_ = options.interval;
  running_ = options.running;
  next_run_ = std::chrono::steady_clock::now() + interval_;
  PONS_TRY(TellTables());
  thread_ = std::thread([this] { Work(); });
  return Ok();
}

Result<void> Importer::TellTables() {
  auto done = InTransaction(database_, [this](Connection& writer) -> Result<std::int64_t> {
    AskInteger(writer, "DELETE FROM REPORTPATHS WHERE COMPUTER = ?", {std::string(kComputer)});
    return InsertRow(writer, "REPORTPATHS",
                     {{"COMPUTER", std::string(kComputer)},
                      {"REPORTPATH", folder_},
                      {"RECORDSTATUS", std::int64_t{1}},
                      {"INVALIDACCESSATTEMPTS", std::int64_t{0}}});
  });
  if (!done) return std::move(done).error();
  return Ok();
}

void Importer::Work() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    const auto due = next_run_;
    if (!running_) {
      wake_.wait(lock);
    } else if (std::chrono::steady_clock::now() < due) {
      wake_.wait_until(lock, due);
    } else {
      next_run_ = std::chrono::steady_clock::now() + interval_;
      lock.unlock();
      RunOnce();
      lock.lock();
    }
  }
}

Result<std::vector<std::string>> Importer::Names() const {
  std::error_code error;
  std::vector<std::string> names;
  fs::directory_iterator entry(folder_, error), end;
  while (!error && entry != end) {
    std::error_code gone;
    if (entry->is_regular_file(gone)) names.push_back(entry->path().filename().string());
    entry.increment(error);
  }
  if (error) {
    return MakeError(Fault::kUnavailable,
                     "the report folder " + folder_ + " cannot be listed: " + error.message());
  }
  std::sort(names.begin(), names.end());
  return names;
}

Result<std::vector<std::string>> Importer::Accepted(const std::vector<std::string>& names) {
  PONS_ASSIGN(auto reader, database_.OpenReader());
  std::vector<std::string> accepted;
  for (const std::string& name : names) {
    const std::string extension = Extension(name);
    if (extension.empty()) continue;
    const bool known = AskInteger(*reader,
                                  "SELECT COUNT(*) FROM REPORTEXTENSIONS WHERE EXTENSION = ?1 OR "
                                  "EXTENSION = substr(?1, 2)",
                                  {extension}) > 0;
    if (known) accepted.push_back(name);
  }
  return accepted;
}

void Importer::RunOnce() {
  const std::lock_guard run(run_mutex_);
  std::string error;
  const auto names = Names();
  const auto accepted = names ? Accepted(*names) : names;
  if (accepted) {
    for (const std::string& name : *accepted) Take(name);
  } else {
    error = accepted.error().summary;
    (void)InTransaction(database_, [](Connection& writer) -> Result<std::int64_t> {
      return AskInteger(writer,
                        "UPDATE REPORTPATHS SET INVALIDACCESSATTEMPTS = INVALIDACCESSATTEMPTS + 1 "
                        "WHERE COMPUTER = ?",
                        {std::string(kComputer)});
    });
  }
  const std::lock_guard lock(mutex_);
  last_run_ms_ = RealMillis();
  error_ = error;
}

// What cannot be read is tried again only once it has changed.
void Importer::Take(const std::string& name) {
  const std::string path = folder_ + "/" + name;
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return;
  const Seen now{static_cast<std::uintmax_t>(status.st_size),
                 std::int64_t{status.st_mtim.tv_sec} * 1'000'000'000 + status.st_mtim.tv_nsec};
  if (const auto found = rejected_.find(name); found != rejected_.end()) {
    if (found->second.bytes == now.bytes && found->second.changed == now.changed) return;
    rejected_.erase(found);
  }
  std::string file;
  Result<std::int64_t> reports = MakeError(Fault::kRejected, "the file is too large");
  if (now.bytes <= kLargestFile) {
    auto read = ReadWhole(path);
    if (read) {
      file = std::move(*read);
      reports = Import(name, file);
    } else {
      reports = std::move(read).error();
    }
  }
  if (!reports) {
    // The database was busy, or is at fault: nothing is wrong with the file.
    if (reports.error().fault != Fault::kRejected && reports.error().fault != Fault::kForbidden)
      return;
    rejected_[name] = now;
    if (rejected_.size() > 10'000) rejected_.erase(rejected_.begin());
    LogRejected(name, reports.error().summary);
    Acknowledge(name, file, "AE", reports.error().summary);
    return;
  }
  std::error_code error;
  fs::remove(path, error);
  // It comes again at the next run, and replaces itself.
  if (error) log_.Warn("an imported report file cannot be deleted", {{"why", error.message()}});
  Acknowledge(name, file, "AA", "");
  const std::lock_guard lock(mutex_);
  imported_ += *reports;
}

Result<std::int64_t> Importer::Import(const std::string& name, const std::string& file) {
  PONS_ASSIGN(const std::vector<ReadMessage> messages, ReadResultFile(file));
  return InTransaction(database_, [&](Connection& writer) -> Result<std::int64_t> {
    std::vector<std::int64_t> kept;
    for (const ReadMessage& message : messages) {
      for (const ReadReport& report : message.reports) {
        PONS_ASSIGN(const std::int64_t id, ImportReport(writer, message, report, name));
        kept.push_back(id);
      }
    }
    const auto count = static_cast<std::int64_t>(kept.size());
    PONS_ASSIGN(const std::int64_t logged, LogFile(writer, name, kImported, count));
    for (const std::int64_t id : kept) PONS_TRY(LogReport(writer, logged, id));
    return count;
  });
}

void Importer::LogRejected(const std::string& name, const std::string& why) {
  log_.Warn("a report file cannot be imported and stays where it is", {{"why", why}});
  (void)InTransaction(database_,
                      [&](Connection& writer) { return LogFile(writer, name, kUnreadable, 0); });
}

// INFERRED: a switch and a folder per sending facility, one file an answer, named as what it
// answers with the extension ".ack".
void Importer::Acknowledge(const std::string& name, std::string_view file, const char* code,
                           const std::string& why) {
  auto reader = database_.OpenReader();
  if (!reader) return;
  std::string facility, application, control_id = ControlIdOf(file);
  if (auto messages = ReadResultFile(file)) {
    facility = messages->front().facility;
    application = messages->front().application;
  }
  const std::string folder = AskText(
      **reader,
      "SELECT ACKPATH FROM ACKNOWLEDGEMENTS WHERE ACKNOWLEDGE = 1 AND (FACILITY = ?1 OR ?1 = '') "
      "ORDER BY RECORDID DESC LIMIT 1",
      {facility});
  if (folder.empty() || control_id.empty()) return;
  const std::string practice = AskText(**reader, "SELECT PRACTICENAME FROM PRACTICE LIMIT 1", {});
  std::string now;
  for (const char c : NowText(database_).substr(0, 19)) {
    if (c >= '0' && c <= '9') now += c;
  }
  std::string text = "MSH|^~\\&|BPS|" + Escaped(practice) + "|" + Escaped(application) + "|" +
                     Escaped(facility) + "|" + now + "||ACK^R01|A" + Escaped(control_id) +
                     "|P|2.4\rMSA|" + code + "|" + Escaped(control_id);
  if (!why.empty()) text += "|" + Escaped(why);
  text += "\r";
  const std::string path = folder + "/" + name.substr(0, name.rfind('.'));
  {
    std::ofstream out(path + ".tmp", std::ios::binary);
    out << text;
    if (!out) return log_.Warn("an acknowledgement cannot be written", {});
  }
  std::error_code error;
  fs::rename(path + ".tmp", path + ".ack", error);
}

Result<json::Value> Importer::Change(const json::Value& body) {
  const auto interval = body.Integer("interval_ms");
  if (body.Find("interval_ms") != nullptr && (!interval || *interval < 100))
    return MakeError(Fault::kRejected, "interval_ms: a whole number of at least 100");
  const json::Value* running = body.Find("running");
  const json::Value* run_now = body.Find("run_now");
  for (const json::Value* flag : {running, run_now}) {
    if (flag != nullptr && flag->boolean() == nullptr)
      return MakeError(Fault::kRejected, "running and run_now: true or false");
  }
  if (const json::Value* answer = body.Find("acknowledge"); answer != nullptr) {
    auto set = InTransaction(database_, [&](Connection& writer) -> Result<std::int64_t> {
      AskInteger(writer, "DELETE FROM ACKNOWLEDGEMENTS", {});
      if (!answer->is_object()) return std::int64_t{0};
      return InsertRow(writer, "ACKNOWLEDGEMENTS",
                       {{"FACILITY", std::string(answer->Text("facility"))},
                        {"ACKNOWLEDGE", std::int64_t{1}},
                        {"ACKPATH", std::string(answer->Text("folder"))}});
    });
    if (!set) return std::move(set).error();
  }
  {
    const std::lock_guard lock(mutex_);
    if (running != nullptr) running_ = *running->boolean();
    if (interval) interval_ = milliseconds(*interval);
    if (interval || (running != nullptr && running_))
      next_run_ = std::chrono::steady_clock::now() + interval_;
  }
  wake_.notify_all();
  if (run_now != nullptr && *run_now->boolean()) RunOnce();
  return Describe();
}

json::Value Importer::Describe() {
  const auto names = Names();
  json::Array files;
  if (names) {
    for (const std::string& name : *names) {
      if (files.size() < kListed) files.emplace_back(name);
    }
  }
  const std::lock_guard lock(mutex_);
  const auto left =
      std::chrono::duration_cast<milliseconds>(next_run_ - std::chrono::steady_clock::now());
  const std::string error = names ? error_ : names.error().summary;
  return json::Object{
      {"running", running_},
      {"interval_ms", static_cast<std::int64_t>(interval_.count())},
      {"folder", folder_},
      {"files", std::move(files)},
      {"last_run_ms", last_run_ms_ == 0 ? json::Value() : json::Value(last_run_ms_)},
      {"next_run_ms", running_ ? json::Value(RealMillis() + std::max<std::int64_t>(0, left.count()))
                               : json::Value()},
      {"imported", imported_},
      {"error", error.empty() ? json::Value() : json::Value(error)}};
}

}  // namespace pons::best_practice::sandbox
