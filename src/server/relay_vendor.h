// SPDX-License-Identifier: Apache-2.0
// For tests: a vendor that is reached through a relay. It is paired by a code that is used once, it
// charges for requests, it changes what was learned, it calls this server, and it remembers what it
// was asked. What it reads is the reference vendor's practice "demo".
#pragma once

#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "connector/guide.h"
#include "vendors/memory/connector/memory.h"

namespace pons::server {

class RelayVendor final : public Connector {
 public:
  static constexpr char kCode[] = "ABC123";

  RelayVendor() {
    descriptor_ = memory::TutorialConnector().descriptor();
    descriptor_.id = "relay";
    descriptor_.name = "Relay";
    descriptor_.settings = kSettings;
    guide_.standing = "usable";
    guide_.settings = kWords;
    guide_.steps = kSteps;
    guide_.way_setting = "transport";
    guide_.ways = kWays;
  }

  // ---- what it does next; from any thread
  void set_reachable(bool reachable) {
    Set([&] { reachable_ = reachable; });
  }
  void set_opened(bool opened) {
    Set([&] { opened_ = opened; });
  }
  void set_new_token(std::string token) {
    Set([&] { new_token_ = std::move(token); });
  }
  // ---- what it was asked
  int pairings() const { return Get(pairings_); }
  int pulls() const { return Get(pulls_); }
  std::vector<std::string> left() const { return Get(left_); }
  std::set<std::string> tokens_used() const { return Get(tokens_); }

  // ---- Connector
  const Descriptor& descriptor() const override { return descriptor_; }
  const Guide* guide() const override { return &guide_; }
  Result<void> Check(const Settings& settings) const override {
    if (settings.Text("transport") == "direct") return Ok();
    if (settings.Text("token").empty() && settings.Secret("code") == nullptr) {
      return MakeError(Fault::kMisconfigured, "setting \"code\" is missing: generate one");
    }
    return Ok();
  }
  std::chrono::milliseconds PollInterval(const Settings&, model::Stream) const override {
    return std::chrono::hours(1);
  }
  Result<void> WayAvailable(std::string_view way) const override {
    if (way == "direct" || Get(opened_)) return Ok();
    return MakeError(Fault::kMisconfigured, "This server is not set up for the relay.");
  }
  std::string CostWords(const Settings& settings) const override {
    return settings.Text("transport") == "relay" ? "About 24 queries a day." : "";
  }
  Result<Settings> Pair(const Settings& given, const SessionContext& context) const override {
    context.meter->Count("pairing");
    Set([&] { ++pairings_; });
    if (given.Secret("code")->Reveal() != kCode) {
      return MakeError(Fault::kRejected, "the code is wrong or used up; generate a new one");
    }
    auto out = given;
    out.Set("token", "token-of-" + std::string(given.Text("site")));
    return out;
  }
  Result<void> Leave(const Settings& settings, const SessionContext&) const override {
    Set([&] { left_.emplace_back(settings.Text("token")); });
    return Ok();
  }
  // "good|ID|TOKEN" is signed and new; "good" stands for the signature, "old" for a stale one.
  Result<Hook> ReadHook(const HookRequest& request) const override {
    const auto first = request.body.find('|');
    const auto second = request.body.find('|', first + 1);
    if (first == std::string_view::npos || second == std::string_view::npos) {
      return MakeError(Fault::kProtocol, "not three parts");
    }
    if (request.body.substr(0, first) != "good") {
      return MakeError(Fault::kUnauthenticated, "not signed, or not lately");
    }
    return Hook{std::string(request.body.substr(first + 1, second - first - 1)), "token",
                std::string(request.body.substr(second + 1))};
  }
  Result<std::unique_ptr<Session>> Open(const Settings& settings,
                                        const SessionContext& context) const override {
    Settings under;
    under.Set("practice", "demo");
    under.SetSecret("password", "demo");
    PONS_ASSIGN(under, CompleteSettings(std::move(under),
                                        memory::TutorialConnector().descriptor().settings));
    PONS_ASSIGN(auto session, memory::TutorialConnector().Open(under, context));
    Set([&] { tokens_.emplace(settings.Text("token")); });
    return std::unique_ptr<Session>(
        std::make_unique<RelaySession>(*this, context, std::move(session)));
  }

 private:
  class RelaySession final : public Session, public ChangeSource {
   public:
    RelaySession(const RelayVendor& vendor, const SessionContext& context,
                 std::unique_ptr<Session> under)
        : vendor_(vendor), meter_(context.meter), keep_(context.keep), under_(std::move(under)) {}
    Result<ProbeReport> Probe(Instant deadline) override {
      if (meter_ != nullptr) meter_->Count("query");
      if (!vendor_.Get(vendor_.reachable_)) {
        return MakeError(Fault::kUnavailable, "the practice's computer is off");
      }
      const auto token = vendor_.Get(vendor_.new_token_);
      if (keep_ && !token.empty()) keep_("token", token);
      return under_->Probe(deadline);
    }
    ChangeSource* changes() override { return this; }
    RecordReader* records() override { return under_->records(); }
    SlotReader* slots() override { return under_->slots(); }
    CommandSink* commands() override { return under_->commands(); }
    Result<ChangePage> Pull(const PullRequest& request) override {
      vendor_.Set([&] { ++vendor_.pulls_; });
      return under_->changes()->Pull(request);
    }
    Result<Cursor> Tip(model::Stream stream, Instant deadline) override {
      return under_->changes()->Tip(stream, deadline);
    }

   private:
    const RelayVendor& vendor_;
    Meter* meter_;
    std::function<void(std::string_view, std::string)> keep_;
    std::unique_ptr<Session> under_;
  };

  template <typename Work>
  void Set(Work work) const {
    const std::lock_guard lock(mutex_);
    work();
  }
  template <typename Member>
  Member Get(const Member& member) const {
    const std::lock_guard lock(mutex_);
    return member;
  }

  static constexpr SettingSpec kSettings[] = {
      {.key = "transport", .help = "how", .required = false, .fallback = "relay"},
      {.key = "site", .help = "which practice", .binds = true},
      {.key = "code", .help = "its code", .required = false, .secret = true, .once = true},
      {.key = "token", .help = "what the relay calls it", .required = false, .learned = true},
      {.key = "pace", .help = "how often", .required = false, .fallback = "60"},
  };
  static constexpr SettingWords kWords[] = {
      {.key = "site", .label = "Site ID", .usual = true, .way = "relay"},
      {.key = "code", .label = "Pairing code", .usual = true, .way = "relay"},
  };
  static constexpr GuideStep kSteps[] = {
      {.title = "Generate a code", .text = "In the practice's program.", .way = "relay"},
  };
  static constexpr std::string_view kBefore[] = {"The code"};
  static constexpr GuideWay kWays[] = {
      {.value = "direct", .label = "Directly", .text = "Where a database can be reached."},
      {.value = "relay", .label = "Relay", .text = "Where it cannot.", .before = kBefore},
  };

  Descriptor descriptor_;
  Guide guide_{};
  mutable std::mutex mutex_;
  bool reachable_ = true;
  bool opened_ = true;
  std::string new_token_;
  mutable int pairings_ = 0;
  mutable int pulls_ = 0;
  mutable std::vector<std::string> left_;
  mutable std::set<std::string> tokens_;
};

}  // namespace pons::server
