// SPDX-License-Identifier: Apache-2.0
#include "vendors/halo_connect/connector/halo_fault.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/text.h"
#include "net/sql.h"
#include "net/sql_odbc_fault.h"

namespace pons::halo_connect {
namespace {

constexpr std::chrono::seconds kLongestWait{86400};
// Where Halo asks for patience without saying for how long.
constexpr std::chrono::seconds kUsualWait{30};
// A used-up quota does not come back within minutes.
constexpr std::chrono::seconds kQuotaWait{3600};

std::optional<int> ReadNumber(const json::Value* value) {
  if (value == nullptr) return std::nullopt;
  std::string_view text;
  if (const auto* number = value->number()) text = number->text;
  if (const auto* string = value->string()) text = *string;
  int number = 0;
  const auto [stop, code] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || code != std::errc() || stop != text.data() + text.size()) return std::nullopt;
  return number;
}

// The status of a failure that a body names itself, in any of the envelopes.
std::optional<int> OwnStatus(const json::Value& body) {
  const auto* error = body.Find("error");
  auto status = (error != nullptr ? *error : body).Integer("status");
  if (!status) status = body.Integer("statusCode");
  if (!status || *status < 400 || *status > 599) return std::nullopt;
  return static_cast<int>(*status);
}

bool Holds(const std::string& lower, std::string_view words) {
  return lower.find(words) != std::string::npos;
}

// What SQL Server says in words only, by its number: some envelopes carry the text alone.
struct Phrase {
  std::string_view words;
  int number;
};
constexpr Phrase kPhrases[] = {
    {"invalid column name", 207},
    {"invalid object name", 208},
    {"could not find stored procedure", 2812},
    {"login failed for user", 18456},
    {"cannot open database", 4060},
    {"permission was denied", 229},
};

std::optional<int> NumberOf(const Refusal& refusal) {
  if (refusal.type == "mssql" && refusal.number) return refusal.number;
  // Zedmed's and D4w's databases have numbers of their own, which mean nothing here.
  if (!refusal.type.empty() && refusal.type != "mssql") return std::nullopt;
  if (refusal.http != 400 && refusal.type.empty()) return std::nullopt;
  const auto lower = AsciiLower(refusal.message);
  for (const auto& phrase : kPhrases) {
    if (Holds(lower, phrase.words)) return phrase.number;
  }
  return refusal.type == "mssql" ? std::optional<int>(0) : std::nullopt;
}

// Refusals that come before a statement has done anything: it was not understood, names something
// that is not there, lacks a right, or a procedure refused with words of its own.
// INFERRED: that Best Practice's procedures refuse before they write, as the direct way takes it
// too; an error in mid-work (a constraint, an overflow) leaves open what came before it.
bool IsBeforeAnything(int number) {
  constexpr std::array kNumbers = {102,  105,  137,   156,   170,   201,   207,   208,  229,  230,
                                   262,  297,  300,   916,   2812,  4060,  4064,  8114, 8144, 8145,
                                   8146, 8162, 18452, 18456, 18470, 18486, 18487, 18488};
  return number >= 50000 || std::find(kNumbers.begin(), kNumbers.end(), number) != kNumbers.end();
}

Error Of(Fault fault, Effect effect, const Refusal& refusal, std::string_view summary) {
  auto error = MakeError(fault, std::string(summary));
  error.effect = effect;
  if (refusal.http != 0) error.vendor_code = std::to_string(refusal.http);
  return error;
}

Error OfDatabase(const Refusal& refusal, int number, const Circumstances& at) {
  const net::OdbcDiagnostic one{"42000", number, refusal.message};
  auto error = net::OdbcFault({&one, 1}, net::OdbcStep::kExecute, at.sign);
  if (error.fault == Fault::kUnauthenticated || number == 4060 || number == 4064) {
    // The agent signs in, with rights that Best Practice manages; nobody at the practice has a
    // password to enter.
    error.fault = Fault::kForbidden;
    error.summary =
        "Halo Link may not open the practice's database; untick and tick this product again under "
        "Setup > Configuration > Database > Setup third-party integrations";
  }
  const bool refused = error.fault == Fault::kRejected || error.fault == Fault::kForbidden;
  error.effect = refused && IsBeforeAnything(number) ? Effect::kNone : Effect::kUnknown;
  return error;
}

// Judged by how far the query came, where Halo says so.
std::optional<Error> ByQueryStatus(const Refusal& refusal) {
  const std::string& status = refusal.query_status;
  if (status == "initialisationFailedSiteOffline" ||
      status == "initialisationFailedSiteUnreachable") {
    return Of(Fault::kUnavailable, Effect::kNone, refusal,
              "Halo Link at the practice is not online; check that the practice's server is on, "
              "that it reaches the internet, and that the Halo Link Service runs");
  }
  if (status == "initialisationFailedCacheError") {
    return Of(Fault::kUnavailable, Effect::kNone, refusal, "Halo Connect could not take the query");
  }
  if (status == "expiredInQueue") {
    return Of(Fault::kUnavailable, Effect::kNone, refusal,
              "the practice's server did not come to the query in time; it may be busy");
  }
  if (status == "uploadFailed") {
    return Of(Fault::kUnavailable, Effect::kUnknown, refusal,
              "the practice's server could not send the result");
  }
  return std::nullopt;
}

Error WithWait(Error error, const Circumstances& at,
               std::optional<std::chrono::seconds> retry_after) {
  if (retry_after) error.retry_at = at.now + *retry_after;
  return error;
}

Error OfForbidden(const Refusal& refusal, const Circumstances& at) {
  const auto lower = AsciiLower(refusal.message);
  if (Holds(lower, "quota")) {
    return WithWait(Of(Fault::kRateLimited, Effect::kNone, refusal,
                       "this server's quota with Halo Connect is used up; whoever runs it sees it "
                       "in Halo's Integrator Portal"),
                    at, refusal.retry_after.value_or(kQuotaWait));
  }
  if (Holds(lower, "ip not allowed") || Holds(lower, "ip address")) {
    return Of(Fault::kForbidden, Effect::kNone, refusal,
              "Halo Connect does not accept calls from this server's address; whoever runs it asks "
              "Halo to allow it");
  }
  return Of(Fault::kForbidden, Effect::kNone, refusal,
            "Halo Connect does not let this server reach the practice (any more); check that the "
            "product is ticked under Setup > Configuration > Database > Setup third-party "
            "integrations, and pair with a new code");
}

Error OfGateway(const Refusal& refusal, const Circumstances& at) {
  switch (refusal.http) {
    case 503:
      // A page of some proxy's does not say whether Halo had the request before.
      return WithWait(
          Of(Fault::kUnavailable, refusal.readable ? Effect::kNone : Effect::kUnknown, refusal,
             "the practice cannot be reached through Halo Connect; check that its "
             "server is on, that it reaches the internet, and that the Halo Link "
             "Service runs"),
          at, refusal.retry_after);
    case 504:
      return WithWait(Of(Fault::kUnavailable, Effect::kUnknown, refusal,
                         "the practice's server did not answer Halo Connect in time"),
                      at, refusal.retry_after);
    default:
      return WithWait(Of(Fault::kUnavailable, Effect::kUnknown, refusal,
                         "Halo Connect has a fault of its own; it is tried again"),
                      at, refusal.retry_after);
  }
}

Error ByHttp(const Refusal& refusal, const Circumstances& at) {
  switch (refusal.http) {
    case 400: {
      auto error = Of(Fault::kRejected, Effect::kNone, refusal,
                      "Halo Connect or the database refused the statement");
      if (!at.sign.empty() && Holds(AsciiLower(refusal.message), at.sign)) {
        error.vendor_code += std::string(net::kSqlSignMark) + std::string(at.sign);
      }
      return error;
    }
    case 401:
      return Of(Fault::kUnauthenticated, Effect::kNone, refusal,
                "Halo Connect does not accept this server's key, or it is the key of the other "
                "environment; whoever runs the server sets halo_connect.subscription_key");
    case 403:
      return OfForbidden(refusal, at);
    case 404:
      if (Holds(AsciiLower(refusal.message), "operation not found") || !refusal.readable) {
        return Of(Fault::kMisconfigured, Effect::kNone, refusal,
                  "what answers at halo_connect.url is not Halo Connect's API; whoever runs the "
                  "server checks that address");
      }
      return Of(Fault::kMisconfigured, Effect::kNone, refusal,
                "Halo Connect does not know the practice (any more); pair with a new code");
    case 410:
      return Of(Fault::kUnavailable, Effect::kUnknown, refusal,
                "Halo Connect no longer keeps the result");
    case 413:
      // A result that is too long comes after the statement has run.
      return Of(Fault::kRejected, Effect::kUnknown, refusal,
                "the result is longer than Halo Connect passes on at once");
    case 429:
      return WithWait(Of(Fault::kRateLimited, Effect::kNone, refusal,
                         "too many queries for this server's agreement with Halo Connect"),
                      at, refusal.retry_after.value_or(kUsualWait));
    default:
      if (refusal.http >= 500) return OfGateway(refusal, at);
      return Of(Fault::kProtocol, Effect::kUnknown, refusal,
                "Halo Connect's answer cannot be read");
  }
}

}  // namespace

std::optional<std::chrono::seconds> ReadRetryAfter(const net::Headers& headers) {
  const auto text = Trim(net::FindHeader(headers, "retry-after"));
  std::int64_t seconds = 0;
  const auto [stop, code] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (text.empty() || code != std::errc() || stop != text.data() + text.size()) return std::nullopt;
  return std::chrono::seconds(std::clamp<std::int64_t>(seconds, 0, kLongestWait.count()));
}

Refusal ReadRefusal(int http, const json::Value& body) {
  Refusal refusal;
  refusal.http = http;
  if (!body.is_object()) return refusal;
  // Under the status of a success the body's own says more.
  if (const auto own = OwnStatus(body); own && http < 300) refusal.http = *own;
  if (const auto* error = body.Find("error"); error != nullptr && error->is_object()) {
    refusal.readable = true;
    refusal.message = error->Text("message");
    return refusal;
  }
  if (const auto* status = body.Find("status"); status != nullptr && status->is_string()) {
    refusal.query_status = *status->string();
  }
  const auto* details = body.Find("errorDetails");
  const bool detailed = details != nullptr && details->is_object();
  refusal.type = detailed ? details->Text("errorType") : std::string_view();
  refusal.number = ReadNumber(detailed ? details->Find("errorCode") : body.Find("errorCode"));
  refusal.message = detailed ? details->Text("errorMessage") : body.Text("errorMessage");
  if (refusal.message.empty()) refusal.message = body.Text("errorMessage");
  if (refusal.message.empty()) refusal.message = body.Text("message");
  // INFERRED: from the names, that the deprecated pair is of the database where a query failed in
  // execution and no type is given.
  if (refusal.type.empty() && refusal.number && refusal.query_status == "executionFailed" &&
      *refusal.number != http) {
    refusal.type = "mssql";
  }
  refusal.readable = !refusal.query_status.empty() || detailed || !refusal.message.empty() ||
                     body.Integer("status") || body.Integer("statusCode");
  return refusal;
}

Refusal ReadRefusal(const net::HttpResponse& answer) {
  Refusal refusal;
  refusal.http = answer.status;
  if (auto parsed = json::Parse(answer.body)) {
    refusal = ReadRefusal(answer.status, *parsed);
  } else {
    refusal.message = answer.body.substr(0, 4096);
  }
  refusal.retry_after = ReadRetryAfter(answer.headers);
  return refusal;
}

bool SaysFailed(const json::Value& query) {
  const auto said = [&](std::string_view key) {
    const auto* value = query.Find(key);
    return value != nullptr && !value->is_null() &&
           !(value->is_string() && value->string()->empty());
  };
  if (said("errorDetails") || said("errorMessage") || said("error") || OwnStatus(query))
    return true;
  const auto status = query.Text("status");
  return status.find("Failed") != std::string_view::npos || status == "expiredInQueue";
}

bool IsTooLong(const Refusal& refusal) {
  return refusal.http == 413 || (refusal.type == "http" && refusal.number == 413);
}

bool MayHaveMoved(const Refusal& refusal) {
  if (refusal.http != 403 && refusal.http != 404) return false;
  if (!refusal.readable) return false;
  const auto lower = AsciiLower(refusal.message);
  return !Holds(lower, "quota") && !Holds(lower, "ip not allowed") && !Holds(lower, "ip address") &&
         !Holds(lower, "operation not found");
}

Error Judge(const Refusal& refusal, const Circumstances& at) {
  const auto judged = [&]() -> Error {
    if (auto error = ByQueryStatus(refusal)) return *error;
    if (const auto number = NumberOf(refusal)) return OfDatabase(refusal, *number, at);
    if (IsTooLong(refusal)) {
      auto as_413 = refusal;
      as_413.http = 413;
      return ByHttp(as_413, at);
    }
    if (refusal.query_status == "executionFailed") {
      // The agent's own trouble (haloLink, http) while it carried the statement out.
      auto error = WithWait(Of(Fault::kUnavailable, Effect::kUnknown, refusal,
                               "Halo Link at the practice could not carry out the query"),
                            at, refusal.retry_after);
      return refusal.http == 400 && refusal.type.empty() ? ByHttp(refusal, at) : error;
    }
    return ByHttp(refusal, at);
  };
  auto error = judged();
  if (at.reads_only) error.effect = Effect::kNone;
  return error;
}

}  // namespace pons::halo_connect
