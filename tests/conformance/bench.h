// SPDX-License-Identifier: Apache-2.0
// What the checks work with: a clinic, sessions opened on it as the core would open them, and
// everything those sessions were heard to say.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "connector/opened.h"
#include "net/http.h"
#include "tests/conformance/suite.h"

namespace pons::conformance {

using model::Stream;

// Throws Failed with `why` unless `holds`.
void Require(bool holds, const std::string& why);
// The value, or Failed with the error.
template <typename T>
T Need(Result<T> result, const std::string& what) {
  if (!result) throw Failed{what + ": " + result.error().summary};
  if constexpr (!std::is_void_v<T>) return std::move(result).value();
}

// Refuses every request and remembers who was to be dialled.
class SpyHttp final : public net::HttpTransport {
 public:
  Result<net::HttpResponse> Send(const net::HttpRequest& request,
                                 const CancelToken& cancel) override {
    dialled.insert(request.url);
    if (real != nullptr) return real->Send(request, cancel);
    return MakeError(Fault::kUnavailable, "nothing is dialled here");
  }
  net::HttpTransport* real = nullptr;  // null: the vendor is not reached by HTTP
  std::set<std::string> dialled;
};

// The last that was heard of each record of one stream.
struct Known {
  std::string version;
  bool gone = false;
  std::shared_ptr<const model::Record> record;
};
using Knowledge = std::map<std::string, Known>;

struct Drained {
  Knowledge known;
  std::vector<ChangePage> pages;
  std::set<std::string> unreadable;
  Cursor end;
};

class Bench;

// One session, opened as the core opens it.
class OpenSession {
 public:
  OpenSession(Bench& bench, const Connector& connector, const Settings& settings,
              std::string_view zone);

  Session& session() { return *opened_.session; }
  CancelToken& cancel() { return cancel_; }
  SpyHttp& http() { return http_; }
  Result<ProbeReport> Probe();
  Result<ChangePage> Pull(Stream stream, const std::optional<Cursor>& since,
                          std::uint32_t max_changes = 500);
  Result<RecordReader::Answer> Read(Stream stream, const std::vector<std::string>& ids);
  // Until the stream is caught up. Fails the check on an error, or where there is no end to it.
  Drained Drain(Stream stream, const std::optional<Cursor>& since = {},
                std::uint32_t max_changes = 500);
  Instant Deadline() const;

 private:
  Bench& bench_;
  CancelToken cancel_;
  SpyHttp http_;
  SeededRandom random_{1};
  Opened opened_;
};

class Bench {
 public:
  Bench(std::string vendor, Clinic& clinic);

  const std::string& vendor() const { return vendor_; }
  Clinic& clinic() { return clinic_; }
  const Connector& connector() const { return clinic_.connector(); }
  const Capabilities& can() const { return connector().descriptor().can; }
  std::unique_ptr<OpenSession> Open();
  std::unique_ptr<OpenSession> Open(const Settings& settings,
                                    std::string_view zone = "Australia/Sydney");

  // `count` records of every stream the vendor has; most checks begin so.
  void Seed(int count);
  std::set<std::string> Ids(Stream stream);
  const StreamSupport* Support(Stream stream) const;

  Logger& log() { return log_; }
  void Heard(const Error& error);
  void Heard(const Unreadable& unreadable);
  void Heard(const std::string& words);  // evidence and notes
  // Every log line, error and complaint of every session so far.
  std::string AllSaid() const { return log_.text() + said_; }

 private:
  std::string vendor_;
  Clinic& clinic_;
  MemoryLogger log_;
  std::string said_;
};

std::string Name(Stream stream);
// Later knowledge laid over earlier.
void Learn(Knowledge& into, const ChangePage& page);
void Learn(Knowledge& into, const Knowledge& later);
std::set<std::string> Living(const Knowledge& known);
// Fails unless `known` has the same living records as `truth`, in the same versions.
void RequireSame(const Knowledge& known, const Knowledge& truth, const std::string& what);

}  // namespace pons::conformance
