// SPDX-License-Identifier: Apache-2.0
#include <map>
#include <tuple>

#include "net/http.h"
#include "tests/conformance/broken/faults.h"

namespace pons::conformance::broken {
namespace {

template <typename S, typename... Extra>
Breakage With(Extra... extra) {
  Breakage breakage;
  breakage.session = [extra...](std::unique_ptr<Session> inner, const Settings& settings,
                                const SessionContext& context) -> std::unique_ptr<Session> {
    return std::make_unique<S>(std::move(inner), settings, context, extra...);
  };
  return breakage;
}

class Swallows401 final : public WrappedSession {
 public:
  Swallows401(std::unique_ptr<Session> inner, const Settings&, const SessionContext& context)
      : WrappedSession(std::move(inner), context) {}
  Result<ChangePage> Pull(const PullRequest& request) override {
    auto page = WrappedSession::Pull(request);
    if (page || page.error().fault != pons::Fault::kUnauthenticated) return page;
    ChangePage nothing;
    nothing.next = request.since.value_or(Cursor{"mem1:r"});
    return nothing;
  }
};

class Swallows403 final : public WrappedSession {
 public:
  Swallows403(std::unique_ptr<Session> inner, const Settings&, const SessionContext& context)
      : WrappedSession(std::move(inner), context) {}
  Result<ChangePage> Pull(const PullRequest& request) override {
    auto page = WrappedSession::Pull(request);
    if (page || page.error().fault != pons::Fault::kForbidden) return page;
    return MakeError(pons::Fault::kUnavailable, "the practice is not well");
  }
};

class HammersAtTheDoor final : public WrappedSession {
 public:
  HammersAtTheDoor(std::unique_ptr<Session> inner, const Settings&, const SessionContext& context,
                   const memory::MemoryWorld* = nullptr)
      : WrappedSession(std::move(inner), context) {}
  Result<ChangePage> Pull(const PullRequest& request) override {
    auto page = WrappedSession::Pull(request);
    // Waits for itself instead of saying so.
    while (!page && page.error().fault == pons::Fault::kRateLimited) {
      context_.clock.SleepUntil(*page.error().retry_at, context_.cancel);
      page = WrappedSession::Pull(request);
    }
    return page;
  }
};

class ForgetsRetryAfter final : public WrappedSession {
 public:
  ForgetsRetryAfter(std::unique_ptr<Session> inner, const Settings&, const SessionContext& context)
      : WrappedSession(std::move(inner), context) {}
  Result<ChangePage> Pull(const PullRequest& request) override {
    auto page = WrappedSession::Pull(request);
    if (page || page.error().fault != pons::Fault::kRateLimited) return page;
    auto error = page.error();
    error.retry_at = context_.clock.Now();
    return error;
  }
};

class LogsNames final : public WrappedSession {
 public:
  LogsNames(std::unique_ptr<Session> inner, const Settings&, const SessionContext& context)
      : WrappedSession(std::move(inner), context) {}
  Result<ChangePage> Pull(const PullRequest& request) override {
    auto page = WrappedSession::Pull(request);
    if (!page) return page;
    for (const auto& change : page->changes) {
      if (change.record == nullptr) continue;
      if (const auto* patient = std::get_if<model::Patient>(change.record.get())) {
        context_.log.Debug("read a patient", {{"name", patient->names.at(0).family}});
      }
    }
    return page;
  }
};

class SaysThePassword final : public WrappedSession {
 public:
  SaysThePassword(std::unique_ptr<Session> inner, const Settings& settings,
                  const SessionContext& context)
      : WrappedSession(std::move(inner), context),
        password_(settings.Secret("password")->Reveal()) {}
  Result<ProbeReport> Probe(Instant deadline) override {
    auto report = WrappedSession::Probe(deadline);
    if (report) return report;
    return WithContext(report.error(), "signing in with " + password_);
  }

 private:
  std::string password_;
};

// One cache for all sessions of the connector, as a static variable would be.
using Cache = std::map<std::tuple<model::Stream, std::string, std::uint32_t>, ChangePage>;

class SharesACache final : public WrappedSession {
 public:
  SharesACache(std::unique_ptr<Session> inner, const Settings&, const SessionContext& context,
               std::shared_ptr<Cache> cache)
      : WrappedSession(std::move(inner), context), cache_(std::move(cache)) {}
  Result<ChangePage> Pull(const PullRequest& request) override {
    const auto since = request.since ? request.since->token : std::string();
    const std::tuple key{request.stream, since, request.max_changes};
    if (const auto found = cache_->find(key); found != cache_->end()) return found->second;
    auto page = WrappedSession::Pull(request);
    if (page) cache_->emplace(key, *page);
    return page;
  }

 private:
  std::shared_ptr<Cache> cache_;
};

class DialsElsewhere final : public WrappedSession {
 public:
  DialsElsewhere(std::unique_ptr<Session> inner, const Settings&, const SessionContext& context)
      : WrappedSession(std::move(inner), context) {}
  Result<ProbeReport> Probe(Instant deadline) override {
    if (context_.http != nullptr) {
      net::HttpRequest request;
      request.url = "http://telemetry.example.invalid/";
      static_cast<void>(context_.http->Send(request, context_.cancel));
    }
    return WrappedSession::Probe(deadline);
  }
};

class WaitsItOut final : public WrappedSession {
 public:
  WaitsItOut(std::unique_ptr<Session> inner, const Settings&, const SessionContext& context)
      : WrappedSession(std::move(inner), context) {}
  Result<ProbeReport> Probe(Instant deadline) override {
    auto report = WrappedSession::Probe(deadline);
    if (!report) context_.clock.SleepUntil(deadline + seconds(30), context_.cancel);
    return report;
  }
  Result<ChangePage> Pull(const PullRequest& request) override {
    auto longer = request;
    longer.deadline = request.deadline + seconds(60);
    return WrappedSession::Pull(longer);
  }
};

class HasNoReader final : public WrappedSession {
 public:
  HasNoReader(std::unique_ptr<Session> inner, const Settings&, const SessionContext& context)
      : WrappedSession(std::move(inner), context) {}
  RecordReader* records() override { return nullptr; }
};

class TipAtTheBeginning final : public WrappedSession {
 public:
  TipAtTheBeginning(std::unique_ptr<Session> inner, const Settings&, const SessionContext& context)
      : WrappedSession(std::move(inner), context) {}
  Result<Cursor> Tip(model::Stream stream, Instant deadline) override {
    auto tip = WrappedSession::Tip(stream, deadline);
    if (tip && tip->token.starts_with("mem1:f:")) return Cursor{"mem1:f:0"};
    return tip;
  }
};

class ReadsOnlyWhatIsThere final : public WrappedSession {
 public:
  ReadsOnlyWhatIsThere(std::unique_ptr<Session> inner, const Settings&,
                       const SessionContext& context)
      : WrappedSession(std::move(inner), context) {}
  Result<Answer> Read(model::Stream stream, std::span<const std::string> ids,
                      Instant deadline) override {
    auto answer = WrappedSession::Read(stream, ids, deadline);
    if (answer) {
      std::erase_if(answer->changes,
                    [](const Change& change) { return change.kind == ChangeKind::kTombstone; });
    }
    return answer;
  }
};

}  // namespace

std::vector<Fault> BehaviourFaults() {
  return {
      {"swallows a refusal of its credentials", {"O2"}, [] { return With<Swallows401>(); }},
      {"hides that a right is missing", {"O4"}, [] { return With<Swallows403>(); }},
      {"waits out \"slow down\" by itself", {"F1"}, [] { return With<HammersAtTheDoor>(); }},
      {"forgets when it may come back", {"F1"}, [] { return With<ForgetsRetryAfter>(); }},
      {"logs a name", {"F6"}, [] { return With<LogsNames>(); }},
      {"says the password in an error", {"F6"}, [] { return With<SaysThePassword>(); }},
      {"keeps one cache for all practices",
       {"F8"},
       [] { return With<SharesACache>(std::make_shared<Cache>()); }},
      {"dials a host that is not declared", {"F7"}, [] { return With<DialsElsewhere>(); }},
      {"does not keep the deadline", {"O3", "F5"}, [] { return With<WaitsItOut>(); }},
      {"has no reader although one is declared", {"D3"}, [] { return With<HasNoReader>(); }},
      {"puts the tip at the beginning", {"P14"}, [] { return With<TipAtTheBeginning>(); }},
      {"reads only what is there", {"R2"}, [] { return With<ReadsOnlyWhatIsThere>(); }},
  };
}

}  // namespace pons::conformance::broken
