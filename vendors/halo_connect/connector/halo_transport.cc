// SPDX-License-Identifier: Apache-2.0
// One call of Query is a few turns at most: at once; in pages where the result is too long; once
// more where the site has moved or a result was thrown away. Only what certainly had no effect is
// sent a second time.
#include "vendors/halo_connect/connector/halo_transport.h"

#include <algorithm>
#include <deque>

#include "crypto/crypto.h"
#include "json/writer.h"
#include "vendors/halo_connect/connector/halo_call.h"
#include "vendors/halo_connect/connector/halo_command.h"
#include "vendors/halo_connect/connector/halo_fault.h"
#include "vendors/halo_connect/connector/halo_rows.h"
#include "vendors/halo_connect/connector/halo_site.h"

namespace pons::halo_connect {
namespace {

using net::SqlStatement;
using std::chrono::milliseconds;

// Sheet §5.1.
constexpr milliseconds kLongestQueue{60000};
constexpr milliseconds kLongestAsyncQueue{7200000};
// How often a waiting query is asked after: the first pause, doubled up to the last.
constexpr milliseconds kFirstPause{500};
constexpr milliseconds kLastPause{5000};
// The longest pause that Halo may ask for and a statement waits through by itself.
constexpr milliseconds kLongestWait{5000};
constexpr std::size_t kLongStatements = 256;

// How a turn ended, and what to try next.
struct Turn {
  enum class Next : std::uint8_t { kEnd, kInPages, kElsewhere, kAnew, kAfterPause };
  std::optional<Error> error = {};
  Next next = Next::kEnd;
};

// What one call of Query has at hand.
struct Asked {
  const SqlStatement& statement;
  std::string command;  // JSON
  RowReader& rows;
  const CancelToken& cancel;
  Instant until{};

  Circumstances At(Instant now) const {
    return {.reads_only = statement.reads_only, .sign = statement.sign, .now = now};
  }
  // A failure after the statement may have run.
  Error Lost(Error error) const {
    error.effect = statement.reads_only ? Effect::kNone : Effect::kUnknown;
    return error;
  }
};

class HaloTransport final : public net::SqlTransport {
 public:
  HaloTransport(Access access, SiteAddress site, const SessionContext& context)
      : site_(std::move(site)), context_(context), caller_(std::move(access), context) {}

  Result<void> Query(const SqlStatement& statement, const net::SqlColumnsSink& columns,
                     const net::SqlRowSink& row, const CancelToken& cancel) override {
    PONS_TRY(MayStart(statement, cancel));
    RowReader rows(statement.columns, columns, row);
    Asked asked{statement, {}, rows, cancel, Now() + statement.timeout};
    json::Writer writer(asked.command);
    PONS_TRY(WriteCommand(statement, writer));
    bool in_pages = statement.reads_only && IsKnownAsLong(statement.text);
    bool elsewhere = false;
    bool anew = false;
    while (true) {
      auto turn = TakeTurn(asked, in_pages);
      if (turn.next == Turn::Next::kInPages && !in_pages) {
        in_pages = true;
        RememberAsLong(statement.text);
        continue;
      }
      if (turn.next == Turn::Next::kElsewhere && !elsewhere &&
          finder_.Find(caller_.access(), site_, context_, asked.until)) {
        elsewhere = true;
        continue;
      }
      if (turn.next == Turn::Next::kAnew && !anew && rows.rows() == 0) {
        anew = true;
        continue;
      }
      if (!turn.error) return Ok();
      if (turn.error->fault == Fault::kRateLimited) {
        quiet_until_ = turn.error->retry_at;
        if (turn.next == Turn::Next::kAfterPause && rows.rows() == 0 &&
            WaitedThrough(asked.until, cancel)) {
          continue;
        }
      }
      return *turn.error;
    }
  }

 private:
  Instant Now() const { return context_.clock.Now(); }

  void Count(std::string_view what) {
    if (context_.meter != nullptr) context_.meter->Count(what);
  }

  Result<void> MayStart(const SqlStatement& statement, const CancelToken& cancel) {
    if (cancel.cancelled()) return MakeError(Fault::kCancelled, "the statement was cancelled");
    if (statement.timeout <= milliseconds::zero()) {
      return MakeError(Fault::kUnavailable, "no time was left to ask the database");
    }
    if (!IsGuid(site_.guid)) {
      return MakeError(Fault::kMisconfigured,
                       "the practice is not paired with Halo Connect; pair it with a code");
    }
    if (quiet_until_ && Now() < *quiet_until_ &&
        !WaitedThrough(Now() + statement.timeout, cancel)) {
      auto error = MakeError(Fault::kRateLimited, "Halo Connect has asked for a pause");
      error.retry_at = quiet_until_;
      return error;
    }
    return Ok();
  }

  // A short pause is waited through here, so that work of several statements comes to its end under
  // a strict limit; a long one is for the caller to plan around. False: it is too long.
  bool WaitedThrough(Instant until, const CancelToken& cancel) {
    if (!quiet_until_ || *quiet_until_ >= until || *quiet_until_ - Now() > kLongestWait)
      return false;
    context_.clock.SleepUntil(*quiet_until_, cancel);
    return !cancel.cancelled();
  }

  Turn TakeTurn(Asked& asked, bool in_pages) {
    if (auto signed_in = caller_.SignIn(site_.guid, asked.until - Now(), asked.cancel);
        !signed_in) {
      return {std::move(signed_in).error()};
    }
    return in_pages ? AskInPages(asked) : AskAtOnce(asked);
  }

  // {"maxTimeInQueue":…,"catalogue":…,"command":…}
  std::string Body(const Asked& asked, milliseconds longest_queue) const {
    std::string body;
    json::Writer out(body);
    out.BeginObject();
    // Half the time for waiting, so that half is left for running: what starts after we have gone
    // would leave its effect in doubt.
    const auto queue = std::clamp((asked.until - Now()) / 2, milliseconds(1), longest_queue);
    out.Member("maxTimeInQueue", static_cast<std::int64_t>(queue.count()));
    if (!site_.catalogue.empty()) out.Member("catalogue", site_.catalogue);
    out.Key("command");
    out.Raw(asked.command);
    out.EndObject();
    return body;
  }

  Result<net::HttpResponse> Send(const Asked& asked, std::string method, const std::string& path,
                                 std::string body = {}) {
    return caller_.Send({std::move(method), caller_.SitePath(site_.guid) + path, std::move(body),
                         asked.until - Now()},
                        asked.cancel);
  }

  // Refusals at the door are no queries; everything else may be billed.
  void CountPosted(std::string_view what, const Result<net::HttpResponse>& answer) {
    if (!answer && answer.error().effect == Effect::kNone) return;
    if (answer && (answer->status == 401 || answer->status == 403 || answer->status == 404 ||
                   answer->status == 429)) {
      return;
    }
    Count(what);
  }

  Turn Refused(const Asked& asked, const Refusal& refusal) const {
    Turn turn;
    turn.error = Judge(refusal, asked.At(Now()));
    if (IsTooLong(refusal) && asked.statement.reads_only) turn.next = Turn::Next::kInPages;
    if (MayHaveMoved(refusal)) turn.next = Turn::Next::kElsewhere;
    if (refusal.http == 429 && turn.error->effect == Effect::kNone) {
      turn.next = Turn::Next::kAfterPause;
    }
    return turn;
  }

  Turn Unanswered(const Asked& asked, Error error) const {
    if (asked.statement.reads_only) error.effect = Effect::kNone;
    return {std::move(error)};
  }

  Turn AskAtOnce(Asked& asked) {
    const auto answer = Send(asked, "POST", "/queries/immediate", Body(asked, kLongestQueue));
    CountPosted(kImmediateQuery, answer);
    if (!answer) return Unanswered(asked, answer.error());
    if (answer->status != 200) return Refused(asked, ReadRefusal(*answer));
    const auto query = json::Parse(answer->body);
    if (!query) return {asked.Lost(query.error())};
    if (SaysFailed(*query)) {
      auto turn = Refused(asked, ReadRefusal(200, *query));
      // Two statuses in one answer are too odd to send a write again for.
      if (!asked.statement.reads_only) turn.next = Turn::Next::kEnd;
      return turn;
    }
    const auto* result = query->Find("result");
    if (query->Text("status") != "successful" || result == nullptr || !result->is_object()) {
      return {asked.Lost(MakeError(Fault::kProtocol, "Halo Connect's answer holds no result"))};
    }
    const auto read = asked.rows.Read(result->Find("data"), result->Integer("rows"));
    if (!read) return {asked.Lost(read.error())};
    asked.rows.Finish();
    return {};
  }

  // ---- In pages: only for statements that change nothing ----------------------------------------

  Turn AskInPages(Asked& asked) {
    const auto answer = Send(asked, "POST", "/queries/async", Body(asked, kLongestAsyncQueue));
    CountPosted(kAsyncQuery, answer);
    if (!answer) return Unanswered(asked, answer.error());
    if (answer->status != 201 && answer->status != 200 && answer->status != 202) {
      return Refused(asked, ReadRefusal(*answer));
    }
    const auto query = json::Parse(answer->body);
    if (!query) return {asked.Lost(query.error())};
    if (SaysFailed(*query)) return Refused(asked, ReadRefusal(200, *query));
    const std::string id(query->Text("id"));
    if (!IsGuid(id)) {
      return {asked.Lost(MakeError(Fault::kProtocol, "Halo Connect gave the query no number"))};
    }
    return ReadPages(asked, "/queries/" + id);
  }

  // Waits for pages in turn and hands each on as it comes.
  Turn ReadPages(Asked& asked, const std::string& path) {
    std::int64_t next_page = 1;
    auto pause = kFirstPause;
    while (true) {
      const auto answer = Send(asked, "GET", path);
      if (!answer) return Unanswered(asked, answer.error());
      if (answer->status == 404 || answer->status == 410) return Gone(asked, *answer);
      if (answer->status != 200) return Refused(asked, ReadRefusal(*answer));
      const auto query = json::Parse(answer->body);
      if (!query) return {asked.Lost(query.error())};
      if (SaysFailed(*query)) return Refused(asked, ReadRefusal(200, *query));
      if (query->Text("status") == "successful") {
        const auto before = next_page;
        bool done = false;
        if (auto turn = ReadCachedPages(asked, path, *query, next_page, done)) return *turn;
        if (done) return {};
        if (next_page != before) pause = kFirstPause;
      }
      if (auto late = Pause(asked, pause)) return {*late};
      pause = std::min(pause * 2, kLastPause);
    }
  }

  // Reads from page `next` on, as far as they are ready. `done`: there are no more. A turn: it ends
  // here.
  std::optional<Turn> ReadCachedPages(Asked& asked, const std::string& path,
                                      const json::Value& query, std::int64_t& next, bool& done) {
    const auto* result = query.Find("result");
    const auto* listed = result == nullptr ? nullptr : result->Find("pages");
    const auto* pages = listed == nullptr ? nullptr : listed->array();
    if (pages == nullptr) {
      return Turn{asked.Lost(MakeError(Fault::kProtocol, "Halo Connect listed no pages"))};
    }
    const auto total = static_cast<std::int64_t>(pages->size());
    while (next <= total) {
      const auto page = std::find_if(pages->begin(), pages->end(), [&](const json::Value& one) {
        return one.Integer("pageNumber") == next;
      });
      if (page == pages->end()) {
        return Turn{asked.Lost(MakeError(Fault::kProtocol, "Halo Connect left out a page"))};
      }
      if (page->Text("status") != "cached") return std::nullopt;
      const auto* rows = page->Find("rows");
      const auto count = rows == nullptr ? std::nullopt : rows->Integer("count");
      bool enough = false;
      if (auto turn = ReadPage(asked, path, next, count, enough)) return turn;
      ++next;
      if (enough) {
        done = true;
        return std::nullopt;
      }
    }
    const auto promised = result->Integer("rows");
    if (promised && *promised != static_cast<std::int64_t>(asked.rows.rows())) {
      return Turn{asked.Lost(MakeError(Fault::kProtocol,
                                       "the pages hold not as many rows as the "
                                       "result was said to have"))};
    }
    asked.rows.Finish();
    done = true;
    return std::nullopt;
  }

  std::optional<Turn> ReadPage(Asked& asked, const std::string& path, std::int64_t number,
                               std::optional<std::int64_t> count, bool& enough) {
    const auto answer = Send(asked, "GET", path + "/results/" + std::to_string(number));
    if (!answer) return Unanswered(asked, answer.error());
    if (answer->status == 404 || answer->status == 410) return Gone(asked, *answer);
    if (answer->status != 200) return Refused(asked, ReadRefusal(*answer));
    const auto page = json::Parse(answer->body);
    if (!page) return Turn{asked.Lost(page.error())};
    if (SaysFailed(*page)) return Refused(asked, ReadRefusal(200, *page));
    const auto read = asked.rows.Read(page->Find("data"), count);
    if (!read) return Turn{asked.Lost(read.error())};
    enough = !*read;
    return std::nullopt;
  }

  // The query or its result is not kept any more.
  Turn Gone(const Asked& asked, const net::HttpResponse& answer) const {
    auto refusal = ReadRefusal(answer);
    refusal.http = 410;
    Turn turn;
    turn.error = Judge(refusal, asked.At(Now()));
    turn.next = Turn::Next::kAnew;
    return turn;
  }

  std::optional<Error> Pause(const Asked& asked, milliseconds pause) {
    if (Now() + pause >= asked.until) {
      return asked.Lost(MakeError(Fault::kUnavailable, "the database did not answer in time"));
    }
    context_.clock.SleepUntil(Now() + pause, asked.cancel);
    if (!asked.cancel.cancelled()) return std::nullopt;
    return asked.Lost(MakeError(Fault::kCancelled, "the statement was cancelled"));
  }

  // ---- Statements whose results are long --------------------------------------------------------

  bool IsKnownAsLong(std::string_view text) const {
    return std::find(long_.begin(), long_.end(), crypto::Sha256(text)) != long_.end();
  }
  void RememberAsLong(std::string_view text) {
    long_.push_back(crypto::Sha256(text));
    if (long_.size() > kLongStatements) long_.pop_front();
  }

  SiteAddress site_;
  const SessionContext context_;
  Caller caller_;
  std::deque<std::string> long_;
  std::optional<Instant> quiet_until_;
  SiteFinder finder_;
};

}  // namespace

std::unique_ptr<net::SqlTransport> MakeHaloTransport(Access access, SiteAddress site,
                                                     const SessionContext& context) {
  return std::make_unique<HaloTransport>(std::move(access), std::move(site), context);
}

}  // namespace pons::halo_connect
