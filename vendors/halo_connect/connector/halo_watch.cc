// SPDX-License-Identifier: Apache-2.0
#include "vendors/halo_connect/connector/halo_watch.h"

#include <algorithm>

#include "base/check.h"
#include "base/text.h"
#include "crypto/crypto.h"
#include "json/writer.h"
#include "vendors/halo_connect/connector/halo_command.h"
#include "vendors/halo_connect/connector/halo_fault.h"
#include "vendors/halo_connect/connector/halo_transport.h"

namespace pons::halo_connect {
namespace {

constexpr std::chrono::milliseconds kUsualTimeout{15000};
constexpr std::string_view kOurs = "pons ";
constexpr std::string_view kPath = "/queries/registered";

// One registered query as lists and details show it.
struct Registered {
  std::string id;
  std::string name;
  bool enabled = false;
  Instant ends{};
};

std::optional<Registered> ReadRegistered(const json::Value& in) {
  Registered out;
  out.id = in.Text("id");
  out.name = in.Text("name");
  out.enabled = in.Text("status") == "enabled";
  const auto made = ParseInstant(in.Text("createdAt"));
  const auto lasts = in.Integer("duration");
  if (!IsGuid(out.id)) return std::nullopt;
  // Without a time of its own it may end at any moment.
  if (made && lasts && *lasts >= 0 && *lasts <= 86400) {
    out.ends = *made + std::chrono::seconds(*lasts);
  }
  return out;
}

Error Unreadable() {
  return MakeError(Fault::kProtocol, "Halo Connect's registered queries cannot be read");
}

Result<std::vector<Registered>> ReadList(const net::HttpResponse& answer) {
  const auto parsed = json::Parse(answer.body);
  const auto* list = parsed ? parsed->Find("registeredQueries") : nullptr;
  if (list == nullptr || !list->is_array()) return Unreadable();
  std::vector<Registered> out;
  for (const auto& one : *list->array()) {
    if (auto read = ReadRegistered(one)) out.push_back(std::move(*read));
  }
  return out;
}

// Not running is as good as ended.
Result<void> End(Caller& caller, const std::string& site_path, const std::string& id,
                 std::chrono::milliseconds timeout, const CancelToken& cancel) {
  PONS_ASSIGN(
      const auto answer,
      caller.Send({"DELETE", site_path + std::string(kPath) + "/" + id, {}, timeout}, cancel));
  if (answer.status == 204 || answer.status == 200) return Ok();
  const auto refusal = ReadRefusal(answer);
  if (answer.status == 410 || (answer.status == 404 && MayHaveMoved(refusal))) return Ok();
  return Judge(refusal, {.reads_only = true, .now = caller.clock().Now()});
}

std::uint64_t Runs(const json::Value& query) {
  const auto* metrics = query.Find("metrics");
  if (metrics == nullptr) return 0;
  const auto count = [&](std::string_view key) {
    return static_cast<std::uint64_t>(std::max<std::int64_t>(0, metrics->Integer(key).value_or(0)));
  };
  return count("executionSucceededCount") + count("executionFailedCount");
}

}  // namespace

Watch::Watch(Access access, SiteAddress site, WatchQuery query, const SessionContext& context)
    : caller_(std::move(access), context),
      context_(context),
      site_(std::move(site)),
      query_(std::move(query)) {
  PONS_CHECK(query_.frequency >= std::chrono::seconds(60));
  PONS_CHECK(query_.duration >= query_.frequency && query_.duration <= std::chrono::seconds(86400));
  json::Writer out(command_);
  if (!WriteCommand(query_.statement, out)) command_.clear();
}

// The same for the same question, so that what an older version of ours asked is not taken for it.
std::string Watch::Label() const {
  const auto hash = crypto::Sha256(command_ + " " + std::to_string(query_.frequency.count()) + " " +
                                   std::to_string(query_.duration.count()));
  return std::string(kOurs) + query_.name + " " + Hex(hash.substr(0, 8));
}

void Watch::Forget() {
  id_.clear();
  ends_ = Instant{};
  metered_.reset();
}

Result<net::HttpResponse> Watch::Send(const std::string& method, const std::string& path,
                                      const std::string& body, Instant deadline) {
  for (bool again = false;; again = true) {
    if (!IsGuid(site_.guid)) {
      return MakeError(Fault::kMisconfigured,
                       "the practice is not paired with Halo Connect; pair it with a code");
    }
    const auto left = TimeLeft(deadline, context_.clock.Now(), kUsualTimeout);
    PONS_TRY(caller_.SignIn(site_.guid, left, context_.cancel));
    auto answer =
        caller_.Send({method, caller_.SitePath(site_.guid) + std::string(kPath) + path, body, left},
                     context_.cancel);
    if (!answer || (answer->status != 403 && answer->status != 404) || again) return answer;
    // Queries of a site that has moved are gone with it.
    const bool of_one_query = !path.empty() && answer->status == 404;
    if (of_one_query || !MayHaveMoved(ReadRefusal(*answer)) ||
        !finder_.Find(caller_.access(), site_, context_, deadline)) {
      return answer;
    }
    Forget();
  }
}

Result<void> Watch::Adopt(Instant deadline) {
  PONS_ASSIGN(const auto answer, Send("GET", "", "", deadline));
  const auto now = context_.clock.Now();
  if (answer.status != 200) return Judge(ReadRefusal(answer), {.reads_only = true, .now = now});
  PONS_ASSIGN(auto list, ReadList(answer));
  const auto label = Label();
  const auto base = std::string(kOurs) + query_.name + " ";
  std::erase_if(list,
                [&](const Registered& one) { return !one.enabled || !one.name.starts_with(base); });
  // The one that lasts longest is kept; what an older version of ours left, and doubles, would
  // only cost.
  std::stable_sort(list.begin(), list.end(),
                   [](const Registered& a, const Registered& b) { return a.ends > b.ends; });
  for (const auto& one : list) {
    if (id_.empty() && one.name == label && one.ends > now) {
      id_ = one.id;
      ends_ = one.ends;
      continue;
    }
    PONS_TRY(End(caller_, caller_.SitePath(site_.guid), one.id,
                 TimeLeft(deadline, context_.clock.Now(), kUsualTimeout), context_.cancel));
  }
  return Ok();
}

Result<void> Watch::Register(Instant deadline) {
  std::string body;
  json::Writer out(body);
  out.BeginObject();
  out.Member("name", Label());
  out.Member("registeredQueryType", "query");
  out.Member("frequency", static_cast<std::int64_t>(query_.frequency.count()));
  out.Member("duration", static_cast<std::int64_t>(query_.duration.count()));
  out.Key("registerCommand");
  out.BeginObject();
  out.Key("command");
  out.Raw(command_);
  out.EndObject();
  out.EndObject();
  PONS_ASSIGN(const auto answer, Send("POST", "", body, deadline));
  const auto now = context_.clock.Now();
  if (answer.status != 202 && answer.status != 200 && answer.status != 201) {
    return Judge(ReadRefusal(answer), {.reads_only = true, .now = now});
  }
  const auto parsed = json::Parse(answer.body);
  const auto id = parsed ? std::string(parsed->Text("id")) : std::string();
  if (!IsGuid(id)) return Unreadable();
  id_ = id;
  ends_ = now + query_.duration;
  metered_ = 0;
  return Ok();
}

Result<void> Watch::Ensure(Instant deadline) {
  if (command_.empty()) {
    return MakeError(Fault::kInternal, "a statement has not as many values as places");
  }
  // Early enough that a Halo that is down for a while does not end it.
  const auto margin = std::max(query_.duration / 24, query_.frequency * 2);
  if (!id_.empty() && context_.clock.Now() + margin < ends_) return Ok();
  if (id_.empty()) {
    PONS_TRY(Adopt(deadline));
    if (!id_.empty() && context_.clock.Now() + margin < ends_) return Ok();
  }
  const auto old = id_;
  PONS_TRY(Register(deadline));
  if (old.empty()) return Ok();
  // The old one runs out by itself where this fails.
  (void)End(caller_, caller_.SitePath(site_.guid), old,
            TimeLeft(deadline, context_.clock.Now(), kUsualTimeout), context_.cancel);
  return Ok();
}

Result<Sight> Watch::See(const json::Value& query) {
  Sight sight;
  sight.runs = Runs(query);
  if (context_.meter != nullptr && metered_ && sight.runs > *metered_) {
    context_.meter->Count(kRegisteredQuery, sight.runs - *metered_);
  }
  // Runs before the first look at an adopted query were counted by whoever registered it.
  metered_ = sight.runs;
  if (const auto* metrics = query.Find("metrics")) {
    sight.last_run = ParseInstant(metrics->Text("lastSucceededAt"));
  }
  if (query.Text("status") != "enabled") {
    Forget();
    return sight;
  }
  const std::string hash(query.Text("lastHash"));
  if (hash.empty()) return sight;  // no result so far
  // A practice that went offline runs nothing, and its last result says nothing.
  const auto late = query_.frequency * 3 + std::chrono::seconds(60);
  if (sight.last_run && *sight.last_run + late < context_.clock.Now()) return sight;
  sight.kind = told_ == hash ? Sight::Kind::kUnchanged : Sight::Kind::kChanged;
  told_ = hash;
  return sight;
}

Result<Sight> Watch::Look(Instant deadline) {
  if (id_.empty()) return Sight{};
  PONS_ASSIGN(const auto answer, Send("GET", "/" + id_, "", deadline));
  const auto refusal = ReadRefusal(answer);
  if (answer.status == 404 && MayHaveMoved(refusal)) {
    Forget();
    return Sight{};
  }
  if (answer.status != 200) {
    return Judge(refusal, {.reads_only = true, .now = context_.clock.Now()});
  }
  const auto query = json::Parse(answer.body);
  if (!query || query->Text("id") != id_) return Unreadable();
  return See(*query);
}

Result<void> Watch::Cancel(Instant deadline) {
  if (id_.empty()) return Ok();
  const auto timeout = TimeLeft(deadline, context_.clock.Now(), kUsualTimeout);
  PONS_TRY(caller_.SignIn(site_.guid, timeout, context_.cancel));
  PONS_TRY(End(caller_, caller_.SitePath(site_.guid), id_, timeout, context_.cancel));
  Forget();
  return Ok();
}

Result<void> CancelAllWatches(const Access& access, const SiteAddress& site,
                              const SessionContext& context, Instant deadline) {
  if (!IsGuid(site.guid)) return Ok();  // never paired: nothing runs
  Caller caller(access, context);
  const auto left = [&] { return TimeLeft(deadline, context.clock.Now(), kUsualTimeout); };
  const auto path = caller.SitePath(site.guid);
  PONS_TRY(caller.SignIn(site.guid, left(), context.cancel));
  PONS_ASSIGN(const auto answer,
              caller.Send({"GET", path + std::string(kPath), {}, left()}, context.cancel));
  if (answer.status != 200) {
    const auto refusal = ReadRefusal(answer);
    // A site that is not ours any more runs nothing of ours.
    if (MayHaveMoved(refusal)) return Ok();
    return Judge(refusal, {.reads_only = true, .now = context.clock.Now()});
  }
  PONS_ASSIGN(const auto list, ReadList(answer));
  for (const auto& one : list) {
    if (!one.enabled || !one.name.starts_with(kOurs)) continue;
    PONS_TRY(End(caller, path, one.id, left(), context.cancel));
  }
  return Ok();
}

}  // namespace pons::halo_connect
