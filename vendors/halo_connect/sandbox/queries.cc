// SPDX-License-Identifier: Apache-2.0
#include "vendors/halo_connect/sandbox/queries.h"

#include <charconv>

#include "base/text.h"
#include "vendors/halo_connect/sandbox/tools.h"

namespace pons::halo_connect::sandbox {
namespace {

constexpr std::int64_t kAsyncPatienceMs = 300'000;  // halo-connect sheet §5.3 "Limits"

std::int64_t Base64Size(std::size_t bytes) {
  return static_cast<std::int64_t>((bytes + 2) / 3 * 4);
}

}  // namespace

std::vector<Page> CutPages(const Rows& rows, std::int64_t page_bytes) {
  std::vector<Page> pages;
  std::size_t from = 0;
  while (from < rows.starts.size()) {
    std::size_t to = from + 1;
    const auto end_of = [&](std::size_t row) {
      // Without the comma, or the bracket that ends the array.
      return (row < rows.starts.size() ? rows.starts[row] : rows.json.size()) - 1;
    };
    while (to < rows.starts.size() &&
           end_of(to + 1) - rows.starts[from] <= static_cast<std::size_t>(page_bytes)) {
      ++to;
    }
    Page page;
    page.json = "[" + rows.json.substr(rows.starts[from], end_of(to) - rows.starts[from]) + "]";
    page.rows = static_cast<std::int64_t>(to - from);
    page.first_row = static_cast<std::int64_t>(from);
    pages.push_back(std::move(page));
    from = to;
  }
  // INFERRED: nothing found is one page with nothing in it.
  if (pages.empty()) pages.push_back({"[]", 0, 0});
  return pages;
}

Queries::~Queries() { stop_.Cancel(); }

void Queries::Enter(Query& query, std::string status, Instant now) {
  query.status = std::move(status);
  query.updated = now;
  query.timing.emplace_back(query.status, now);
}

std::shared_ptr<Query> Queries::Begin(Site& site, std::string mode, Command command,
                                      std::int64_t request_size) {
  auto query = std::make_shared<Query>();
  query->id = NewUuid();
  query->mode = std::move(mode);
  query->site = cloud_.Guid(site);
  query->command = std::move(command);
  // An immediate one is run by whoever asked; its text may be a document's size.
  if (query->mode == "immediate") {
    query->command.text.clear();
    query->command.parameters.clear();
  }
  query->request_size = request_size;
  query->created = site.clinic.Now();
  const std::lock_guard lock(mutex_);
  Enter(*query, "initialising", query->created);
  queries_.emplace(query->id, query);
  order_.push_back(query->id);
  if (order_.size() > kKept) {
    if (const auto oldest = queries_.find(order_.front()); oldest != queries_.end()) {
      for (const Page& page : oldest->second->pages)
        page_bytes_ -= static_cast<std::int64_t>(page.json.size());
      queries_.erase(oldest);
    }
    order_.pop_front();
  }
  return query;
}

void Queries::End(Query& query, const Site& site, const QueryResult& result) {
  const Instant now = site.clinic.Now();
  const std::lock_guard lock(mutex_);
  query.error = result.error;
  query.millis = result.millis;
  query.rows = static_cast<std::int64_t>(result.rows.starts.size());
  query.rows_affected = result.rows_affected;
  query.parameters = result.parameters;
  query.size = static_cast<std::int64_t>(result.rows.json.size());
  query.result_size = Base64Size(result.rows.json.size());
  query.timing.emplace_back("executing", now - milliseconds(result.millis));
  query.status = result.error ? "executionFailed" : "successful";
  query.updated = query.completed = now;
  query.ended = true;
}

void Queries::Queue(Site& site, const std::shared_ptr<Query>& query) {
  const std::string availability = site.clinic.sandbox().integrations().availability();
  const Instant now = site.clinic.Now();
  const bool hold = cloud_.switches().hold_async;
  {
    const std::lock_guard lock(mutex_);
    if (availability != "online") {
      Enter(*query,
            availability == "offline" ? "initialisationFailedSiteOffline"
                                      : "initialisationFailedSiteUnreachable",
            now);
      query->ended = true;
      query->completed = now;
      query->error = Failed(503, "haloLink", 503, "The site could not be contacted.");
      return;
    }
    Enter(*query, "queued", now);
    if (hold) {
      held_.emplace_back(&site, query);
      return;
    }
  }
  pool_.Do([this, &site, query] { RunQueued(site, *query); });
}

void Queries::Release() {
  std::vector<std::pair<Site*, std::shared_ptr<Query>>> held;
  {
    const std::lock_guard lock(mutex_);
    held.swap(held_);
  }
  for (auto& [site, query] : held) {
    pool_.Do([this, at = site, query = query] { RunQueued(*at, *query); });
  }
}

void Queries::RunQueued(Site& site, Query& query) {
  {
    const Instant now = site.clinic.Now();
    const std::lock_guard lock(mutex_);
    if (query.ended) return;
    if (now - query.created > milliseconds(query.command.max_time_in_queue)) {
      Enter(query, "expiredInQueue", now);
      query.ended = true;
      query.completed = now;
      return;
    }
    Enter(query, "executing", now);
  }
  (void)stop_.WaitFor(milliseconds(cloud_.Latency(site)));
  Clinic::Asked asked;
  asked.shared = cloud_.switches().shared_names;
  asked.patience_ms = kAsyncPatienceMs;
  Finish(query, site, site.clinic.Run(query.command, asked, stop_));
}

void Queries::Finish(Query& query, const Site& site, QueryResult result) {
  const std::int64_t page_bytes = cloud_.switches().page_bytes;
  const Instant now = site.clinic.Now();
  if (result.silent || result.garbage) result.error = Refused(504, "The site was lost.");
  bool tell = false;
  {
    const std::lock_guard lock(mutex_);
    query.millis = result.millis;
    query.completed = now;
    query.ended = true;
    if (result.error) {
      Enter(query, "executionFailed", now);
      query.error = std::move(result.error);
      return;
    }
    Enter(query, "uploading", now);
    query.rows = static_cast<std::int64_t>(result.rows.starts.size());
    query.rows_affected = result.rows_affected;
    query.size = static_cast<std::int64_t>(result.rows.json.size());
    query.result_size = Base64Size(result.rows.json.size());
    query.parameters = std::move(result.parameters);
    if (query.command.mode != ExecutionMode::kNonQuery) {
      MakeRoom(query.size);
      query.pages = CutPages(result.rows, page_bytes);
      for (const Page& page : query.pages)
        page_bytes_ += static_cast<std::int64_t>(page.json.size());
    }
    query.command.text.clear();
    query.command.parameters.clear();
    query.expires = now + kResultsLive;
    query.status = "successful";
    tell = true;
  }
  if (tell && told_) told_(query.site, query.id);
}

void Queries::MakeRoom(std::int64_t bytes) {
  for (const std::string& id : order_) {
    if (page_bytes_ + bytes <= kMostPageBytes) return;
    const auto found = queries_.find(id);
    if (found == queries_.end()) continue;
    // As if its day were over: a result that is gone is 410.
    for (const Page& page : found->second->pages)
      page_bytes_ -= static_cast<std::int64_t>(page.json.size());
    found->second->pages.clear();
    if (found->second->ended) found->second->expires = Instant();
  }
}

std::shared_ptr<Query> Queries::Of(std::string_view site_guid, std::string_view id) {
  const std::lock_guard lock(mutex_);
  const auto found = queries_.find(id);
  return found == queries_.end() || found->second->site != site_guid ? nullptr : found->second;
}

json::Value Queries::Describe(Site& site, Query& query) {
  const Instant now = site.clinic.Now();
  const std::lock_guard lock(mutex_);
  if (query.status == "queued" &&
      now - query.created > milliseconds(query.command.max_time_in_queue)) {
    Enter(query, "expiredInQueue", now);
    query.ended = true;
    query.completed = now;
  }
  json::Object timing;
  for (std::size_t i = 0; i < query.timing.size(); ++i) {
    json::Object state{{"startTime", FormatInstant(query.timing[i].second)}};
    if (i + 1 < query.timing.size())
      state.emplace_back("endTime", FormatInstant(query.timing[i + 1].second));
    timing.emplace_back(query.timing[i].first, std::move(state));
  }
  json::Value out = json::Object{{"id", query.id},
                                 {"integratorId", cloud_.integrator_id()},
                                 {"siteId", query.site},
                                 {"mode", query.mode},
                                 {"status", query.status},
                                 {"maxTimeInQueue", query.command.max_time_in_queue},
                                 {"commandSize", query.command.size},
                                 {"requestSize", query.request_size},
                                 {"createdAt", FormatInstant(query.created)},
                                 {"updatedAt", FormatInstant(query.updated)},
                                 {"statusTiming", std::move(timing)}};
  if (query.ended) out.Set("completedAt", FormatInstant(query.completed));
  if (query.error) {
    const std::string status = query.status;
    PutFailure(out, *query.error);
    out.Set("status", status);
  }
  if (query.status != "successful") return out;
  out.Set("metrics", json::Object{{"sqlExecutionDuration", query.millis}});
  out.Set("resultSize", query.result_size);
  const bool non_query = query.command.mode == ExecutionMode::kNonQuery;
  json::Value result;
  if (non_query)
    result.Set("rowsAffected", query.rows_affected);
  else
    result.Set("rows", query.rows);
  result.Set("size", query.size);
  // INFERRED: asked for again, an immediate query has no rows: nothing of it is kept.
  if (query.mode == "async") {
    json::Array pages;
    for (std::size_t i = 0; i < query.pages.size(); ++i) {
      const Page& page = query.pages[i];
      pages.emplace_back(json::Object{
          {"pageNumber", static_cast<std::int64_t>(i + 1)},
          {"status", "cached"},
          {"size", static_cast<std::int64_t>(page.json.size())},
          {"rows",
           json::Object{{"count", page.rows},
                        {"rangeStart", page.first_row},
                        {"rangeEnd", page.first_row + std::max<std::int64_t>(page.rows - 1, 0)}}}});
    }
    result.Set("pages", std::move(pages));
  }
  result.Set("parameters", query.parameters);
  out.Set("result", std::move(result));
  return out;
}

std::variant<Page, HaloError> Queries::PageOf(Site& site, Query& query, std::string_view number) {
  std::size_t wanted = 0;
  const auto parsed = std::from_chars(number.data(), number.data() + number.size(), wanted);
  if (parsed.ec != std::errc() || parsed.ptr != number.data() + number.size())
    return Refused(400, "The page number is not a number.");
  const Instant now = site.clinic.Now();
  const std::lock_guard lock(mutex_);
  if (query.status != "successful" || query.mode != "async" || wanted < 1)
    return Refused(404, "The page was not found.");
  if (now >= query.expires) return Refused(410, "The result has expired.");
  if (wanted > query.pages.size()) return Refused(404, "The page was not found.");
  return query.pages[wanted - 1];
}

void Queries::ExpireAll() {
  const std::lock_guard lock(mutex_);
  for (auto& [id, query] : queries_) query->expires = Instant();
}

}  // namespace pons::halo_connect::sandbox
