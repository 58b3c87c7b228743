// SPDX-License-Identifier: Apache-2.0
#include "vendors/halo_connect/sandbox/registered.h"

#include <vector>

#include "vendors/halo_connect/sandbox/tools.h"

namespace pons::halo_connect::sandbox {
namespace {

constexpr std::int64_t kLongestDuration = 86'400;
constexpr std::size_t kLargestResult = 8u << 20;
constexpr milliseconds kTick{100};  // how often the timer looks; clinics' clocks may be moved

}  // namespace

RegisteredQueries::RegisteredQueries(Cloud& cloud, std::int64_t least_frequency, Told told)
    : cloud_(cloud),
      least_frequency_(least_frequency),
      told_(std::move(told)),
      timer_([this] { Work(); }) {}

RegisteredQueries::~RegisteredQueries() {
  stop_.Cancel();
  timer_.join();
}

std::variant<std::string, HaloError> RegisteredQueries::Create(Site& site, const json::Value& body,
                                                               std::int64_t request_size) {
  auto query = std::make_shared<Registered>();
  query->name = body.Text("name");
  if (query->name.empty()) return Refused(400, "'name' is required.");
  if (body.Text("registeredQueryType") != "query")
    return Refused(400, "'registeredQueryType' must be 'query'.");
  const auto frequency = body.Integer("frequency"), duration = body.Integer("duration");
  if (!frequency || *frequency < least_frequency_) {
    return Refused(400, "'frequency' must be at least " + std::to_string(least_frequency_) + ".");
  }
  if (!duration || *duration < 1 || *duration > kLongestDuration) {
    return Refused(400, "'duration' must be from 1 to " + std::to_string(kLongestDuration) + ".");
  }
  const json::Value* holder = body.Find("registerCommand");
  if (holder == nullptr || !holder->is_object())
    return Refused(400, "'registerCommand' is required.");
  auto command = ReadCommand(*holder);
  if (auto* error = std::get_if<HaloError>(&command)) return std::move(*error);
  query->command = std::move(std::get<Command>(command));
  query->id = NewUuid();
  query->site_guid = cloud_.Guid(site);
  query->frequency = *frequency;
  query->duration = *duration;
  query->request_size = request_size;
  query->created = query->next_run = site.clinic.Now();
  const std::lock_guard lock(mutex_);
  queries_.emplace(query->id, query);
  return query->id;
}

json::Value RegisteredQueries::Facts(const Registered& query) {
  json::Value metrics = json::Object{{"lastExecutionDuration", query.last_millis},
                                     {"executionSucceededCount", query.successes},
                                     {"executionFailedCount", query.failures},
                                     {"resultSizeSum", query.result_bytes},
                                     {"requestSize", query.request_size}};
  if (query.succeeded) metrics.Set("lastSucceededAt", FormatInstant(*query.succeeded));
  if (query.failed) metrics.Set("lastFailedAt", FormatInstant(*query.failed));
  json::Value out = json::Object{{"id", query.id},
                                 {"name", query.name},
                                 {"registeredQueryType", "query"},
                                 {"status", query.status},
                                 {"frequency", query.frequency},
                                 {"duration", query.duration},
                                 {"createdAt", FormatInstant(query.created)},
                                 {"metrics", std::move(metrics)}};
  if (query.completed) out.Set("completedAt", FormatInstant(*query.completed));
  if (!query.hash.empty()) out.Set("lastHash", query.hash);
  if (query.error) {
    json::Value failure;
    PutFailure(failure, *query.error);
    out.Set("lastErrorDetails", *failure.Find("errorDetails"));
  }
  return out;
}

std::shared_ptr<Registered> RegisteredQueries::Find(std::string_view site_guid,
                                                    std::string_view id) const {
  const auto found = queries_.find(id);
  if (found == queries_.end() || found->second->site_guid != site_guid) return nullptr;
  return found->second;
}

json::Value RegisteredQueries::List(std::string_view site_guid) const {
  const std::lock_guard lock(mutex_);
  json::Array all;
  for (const auto& [id, query] : queries_) {
    if (query->site_guid == site_guid && query->status == "enabled") all.push_back(Facts(*query));
  }
  return json::Object{{"registeredQueries", std::move(all)}};
}

std::optional<json::Value> RegisteredQueries::Describe(std::string_view site_guid,
                                                       std::string_view id) const {
  const std::lock_guard lock(mutex_);
  const auto query = Find(site_guid, id);
  if (query == nullptr) return std::nullopt;
  return Facts(*query);
}

bool RegisteredQueries::Cancel(std::string_view site_guid, std::string_view id, Instant now) {
  const std::lock_guard lock(mutex_);
  const auto query = Find(site_guid, id);
  if (query == nullptr) return false;
  if (query->status == "enabled") {
    query->status = "cancelled";
    query->completed = now;
  }
  return true;
}

std::variant<json::Value, HaloError> RegisteredQueries::ResultOf(std::string_view site_guid,
                                                                 std::string_view id) const {
  const std::lock_guard lock(mutex_);
  const auto query = Find(site_guid, id);
  if (query == nullptr) return Refused(404, "The query was not found.");
  // INFERRED: nothing public tells what comes before the first result (halo-connect sheet §5.4).
  if (query->hash.empty()) return Refused(404, "The query has no result yet.");
  return json::Value(json::Object{
      {"data", Base64(query->json)},
      {"parameters", query->parameters.empty() ? json::Value() : json::Value(query->parameters)},
      {"rows", query->rows},
      {"size", static_cast<std::int64_t>(query->json.size())}});
}

Site* RegisteredQueries::SiteOf(const std::string& guid) const {
  for (const auto& site : cloud_.sites()) {
    if (cloud_.Guid(*site) == guid) return site.get();
  }
  return nullptr;
}

void RegisteredQueries::Work() {
  while (!stop_.WaitFor(kTick)) RunDue();
}

void RegisteredQueries::RunDue() {
  std::vector<std::pair<Site*, std::shared_ptr<Registered>>> due;
  {
    const std::lock_guard lock(mutex_);
    for (auto& [id, query] : queries_) {
      if (query->status != "enabled") continue;
      Site* site = SiteOf(query->site_guid);
      if (site == nullptr) {
        query->status = "cancelled";  // its site is another instance now
        continue;
      }
      const Instant now = site->clinic.Now();
      const Instant end = query->created + seconds(query->duration);
      if (query->next_run > end) {
        query->status = "completed";
        query->completed = end;
      } else if (now >= query->next_run) {
        // Runs at 0, f, 2f … to the end of its duration; those that were missed are not made up.
        while (query->next_run <= now) query->next_run += seconds(query->frequency);
        if (now <= end + seconds(query->frequency)) due.emplace_back(site, query);
      }
    }
  }
  for (auto& [site, query] : due) Run(*site, query);
}

std::int64_t RegisteredQueries::RunAll() {
  std::vector<std::pair<Site*, std::shared_ptr<Registered>>> all;
  {
    const std::lock_guard lock(mutex_);
    for (auto& [id, query] : queries_) {
      Site* site = query->status == "enabled" ? SiteOf(query->site_guid) : nullptr;
      if (site != nullptr) all.emplace_back(site, query);
    }
  }
  for (auto& [site, query] : all) Run(*site, query);
  return static_cast<std::int64_t>(all.size());
}

void RegisteredQueries::Run(Site& site, const std::shared_ptr<Registered>& query) {
  const std::lock_guard alone(running_);
  const Switches switches = cloud_.switches();
  QueryResult result;
  auto reached = cloud_.Reach(query->site_guid);
  if (site.clinic.sandbox().integrations().availability() != "online") {
    result.error = Failed(503, "haloLink", 503, "The site could not be contacted.");
  } else if (const auto* error = std::get_if<HaloError>(&reached)) {
    result.error = *error;
  } else if (auto turned = cloud_.Bill(site, "registered")) {
    result.error = std::move(turned);
  } else {
    Clinic::Asked asked;
    asked.shared = switches.shared_names;
    asked.patience_ms = 60'000;
    result = site.clinic.Run(query->command, asked, stop_);
    if (!result.error && (result.silent || result.garbage))
      result.error = Failed(504, "http", 504, "The site was lost.");
    if (!result.error && result.rows.json.size() > kLargestResult)
      result.error = Failed(413, "http", 413, "The result is larger than 8 MB.");
  }
  bool changed = false;
  {
    const std::lock_guard lock(mutex_);
    Keep(*query, site, std::move(result), changed);
  }
  if (changed && told_) told_(query->site_guid, query->id);
}

void RegisteredQueries::Keep(Registered& query, Site& site, QueryResult result, bool& changed) {
  query.last_millis = result.millis;
  if (result.error) {
    query.error = std::move(result.error);
    query.failed = site.clinic.Now();
    ++query.failures;
    return;
  }
  query.error.reset();
  query.succeeded = site.clinic.Now();
  ++query.successes;
  query.result_bytes += static_cast<std::int64_t>(result.rows.json.size());
  const std::string hash =
      Sha256Hex(result.rows.json + "\n" + json::Write(json::Value(result.parameters)));
  if (hash == query.hash) return;
  // INFERRED: the first result is news too (halo-connect sheet §6, last point).
  changed = true;
  query.hash = hash;
  query.rows = static_cast<std::int64_t>(result.rows.starts.size());
  query.json = std::move(result.rows.json);
  query.parameters = std::move(result.parameters);
}

}  // namespace pons::halo_connect::sandbox
