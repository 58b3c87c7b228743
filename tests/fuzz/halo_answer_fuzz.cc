// SPDX-License-Identifier: Apache-2.0
// Whatever answers at Halo Connect's address, as results, pages, sites and registered queries: rows
// are as wide as their columns, a write is sent again only where its refusal certainly came first,
// and nothing an outsider names becomes part of an address but GUIDs and our own words.
#include <algorithm>
#include <map>

#include "base/clock_fake.h"
#include "fuzz.h"
#include "net/http.h"
#include "net/sql.h"
#include "vendors/halo_connect/connector/halo_facade.h"
#include "vendors/halo_connect/connector/halo_site.h"
#include "vendors/halo_connect/connector/halo_transport.h"
#include "vendors/halo_connect/connector/halo_watch.h"

namespace {

namespace halo = pons::halo_connect;

constexpr char kGuid[] = "7d2c1f4e-0001-4000-8000-000000000001";
constexpr char kHost[] = "https://halo.example/";

// Answers, a status line and then a body each, separated by a line "--"; after the last, the last
// again.
class Canned final : public pons::net::HttpTransport {
 public:
  explicit Canned(std::string_view text) {
    while (answers_.size() < 12) {
      const auto end = text.find("\n--\n");
      answers_.push_back(text.substr(0, end));
      if (end == std::string_view::npos) break;
      text.remove_prefix(end + 4);
    }
  }
  pons::Result<pons::net::HttpResponse> Send(const pons::net::HttpRequest& request,
                                             const pons::CancelToken&) override {
    PONS_CHECK(request.url.starts_with(kHost));
    PONS_CHECK(request.url.find("..") == std::string::npos);
    PONS_CHECK(std::all_of(request.url.begin(), request.url.end(),
                           [](char c) { return c > ' ' && c < 0x7f; }));
    ++sent[request.method + " " + request.url];
    auto text = answers_[std::min(next_++, answers_.size() - 1)];
    const auto line = pons::TakeLine(text);
    int status = 200;
    if (line.size() >= 3 &&
        std::all_of(line.begin(), line.begin() + 3, [](char c) { return c >= '0' && c <= '9'; })) {
      status = (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
    }
    pons::net::Headers headers;
    if (line.size() > 4) headers.emplace_back("Retry-After", line.substr(4));
    statuses.push_back(status);
    return pons::net::HttpResponse{status, std::move(headers), std::string(text)};
  }

  std::map<std::string, int> sent;
  std::vector<int> statuses;

 private:
  std::vector<std::string_view> answers_;
  std::size_t next_ = 0;
};

void Ask(std::string_view text, bool fixed_columns, bool reads_only) {
  static constexpr std::string_view kColumns[] = {"ID", "NAME"};
  Canned http(text);
  pons::FakeClock clock(*pons::ParseInstant("2026-05-04T01:02:03Z"));
  pons::SeededRandom random(1);
  const pons::CancelToken cancel;
  pons::MemoryLogger log;
  const pons::SessionContext context{
      clock, &http, nullptr, random, cancel, log, *pons::PracticeZone::Named("Australia/Sydney")};
  halo::Access access;
  access.url = "https://halo.example";
  const auto transport = halo::MakeHaloTransport(access, {kGuid, "90001"}, context);
  pons::net::SqlStatement statement;
  statement.text = "SELECT ID, NAME FROM T";
  statement.reads_only = reads_only;
  if (fixed_columns) statement.columns = kColumns;
  std::size_t width = 0;
  const auto asked = transport->Query(
      statement,
      [&](std::span<const pons::net::SqlColumn> columns) {
        PONS_CHECK(width == 0);
        width = columns.size();
      },
      [&](pons::net::SqlRow row) {
        PONS_CHECK(row.size() == width);
        PONS_CHECK(!fixed_columns || width == 2);
        return true;
      },
      cancel);
  if (!asked) PONS_CHECK(!asked.error().summary.empty());
  if (reads_only) {
    PONS_CHECK(asked || asked.error().effect == pons::Effect::kNone);
    return;
  }
  int writes = 0;
  for (const auto& [line, times] : http.sent) {
    if (line.starts_with("POST ")) writes += times;
  }
  // Each refusal for haste allows one more, the first other one at the door one in all.
  const auto count = [&http](auto... statuses) {
    return std::count_if(http.statuses.begin(), http.statuses.end(),
                         [&](int status) { return ((status == statuses) || ...); });
  };
  PONS_CHECK(writes >= 1 && writes <= 1 + count(429) + std::min<long>(1, count(403, 404)));
}

void LookAround(std::string_view text) {
  Canned http(text);
  pons::FakeClock clock(*pons::ParseInstant("2026-05-04T01:02:03Z"));
  pons::SeededRandom random(1);
  const pons::CancelToken cancel;
  pons::MemoryLogger log;
  const pons::SessionContext context{
      clock, &http, nullptr, random, cancel, log, *pons::PracticeZone::Named("Australia/Sydney")};
  halo::Access access;
  access.url = "https://halo.example";
  const auto soon = clock.Now() + pons::seconds(20);
  const auto site =
      halo::PairSite(access, "90001", pons::Sensitive<std::string>("ABC123"), context, soon);
  if (site) {
    PONS_CHECK(halo::IsGuid(site->guid));
    (void)halo::CheckReachable(*site);
  }
  (void)halo::ResolveSite(access, "90001", context, soon);
  (void)halo::ReadSite(access, kGuid, context, soon);
  halo::WatchQuery query;
  query.name = "appointments";
  query.statement.text = "SELECT 1 AS A";
  halo::Watch watch(access, {kGuid, "90001"}, query, context);
  if (watch.Ensure(soon)) PONS_CHECK(halo::IsGuid(watch.id()));
  (void)watch.Look(soon);
  (void)halo::DiscoverFacade(access, {kGuid, "90001"}, context, soon);
  (void)halo::CancelAllWatches(access, {kGuid, "90001"}, context, soon);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = pons::AsText(data, size);
  Ask(text, true, true);
  Ask(text, false, true);
  Ask(text, true, false);
  LookAround(text);
  return 0;
}
