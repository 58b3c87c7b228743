// SPDX-License-Identifier: Apache-2.0
#include "vendors/halo_connect/connector/halo_call.h"

#include <algorithm>

#include "json/value.h"
#include "net/url.h"
#include "vendors/halo_connect/connector/halo_fault.h"

namespace pons::halo_connect {
namespace {

// Sheet §5.2: no query runs longer, so nothing waits longer.
constexpr std::chrono::milliseconds kLongestCall{65000};
// A token is renewed while it still has this long, so that none runs out on the way.
constexpr std::chrono::seconds kTokenMargin{30};

}  // namespace

std::chrono::milliseconds TimeLeft(Instant deadline, Instant now, std::chrono::milliseconds usual) {
  if (deadline == Instant{}) return usual;
  return std::min(usual, deadline - now);
}

Caller::Caller(Access access, const SessionContext& context)
    : access_(std::move(access)), context_(context) {}

std::string Caller::SitePath(std::string_view guid) const {
  return (access_.surface == Surface::kDesktop ? "/desktop/sites/" : "/integrator/sites/") +
         std::string(guid);
}

Result<net::HttpResponse> Caller::Send(const Call& call, const CancelToken& cancel) {
  if (cancel.cancelled()) return MakeError(Fault::kCancelled, "the request was cancelled");
  if (call.timeout <= std::chrono::milliseconds::zero()) {
    return MakeError(Fault::kUnavailable, "no time was left to ask Halo Connect");
  }
  net::HttpRequest request;
  request.method = call.method;
  request.url = access_.url + call.path;
  request.headers = {{"Accept", "application/json"},
                     {"Ocp-Apim-Subscription-Key", access_.subscription_key.Reveal()}};
  if (call.path.starts_with("/desktop/")) {
    // INFERRED: from a third party's summary, that the key goes along on this half too.
    request.headers.emplace_back("Authorization", "Bearer " + token_.Reveal());
    request.headers.emplace_back("DeviceId", access_.device_id);
  }
  if (!call.body.empty()) {
    request.headers.emplace_back("Content-Type", call.path == "/integrator/token"
                                                     ? "application/x-www-form-urlencoded"
                                                     : "application/json");
  }
  request.body = call.body;
  request.timeout = std::min(call.timeout, kLongestCall);
  request.max_response_bytes = kMaxAnswerBytes;
  auto answer = context_.http->Send(request, cancel);
  if (answer) return answer;
  auto error = std::move(answer).error();
  if (cancel.cancelled()) error.fault = Fault::kCancelled;
  return WithContext(std::move(error), "Halo Connect cannot be reached");
}

Result<net::HttpResponse> Caller::Ask(const Call& call, const CancelToken& cancel) {
  auto answer = Send(call, cancel);
  if (!answer) {
    auto error = std::move(answer).error();
    error.effect = Effect::kNone;
    return error;
  }
  if (answer->status == 200) return answer;
  return Judge(ReadRefusal(*answer), {.reads_only = true, .now = context_.clock.Now()});
}

Result<void> Caller::SignIn(std::string_view guid, std::chrono::milliseconds timeout,
                            const CancelToken& cancel) {
  if (access_.surface != Surface::kDesktop) return Ok();
  const auto now = context_.clock.Now();
  if (token_site_ == guid && now + kTokenMargin < token_ends_) return Ok();
  const net::FormFields form = {{"grant_type", "urn:halo-connect:oauth:desktop-token"},
                                {"device_id", access_.device_id},
                                {"site_id", std::string(guid)}};
  // A token that nobody holds does nothing.
  PONS_ASSIGN(const auto answer,
              Ask({"POST", "/integrator/token", net::WriteForm(form), timeout}, cancel));
  const auto parsed = json::Parse(answer.body);
  const auto token = parsed ? parsed->Text("access_token") : std::string_view();
  // INFERRED: from the field's name in OAuth, that expires_in counts seconds.
  const auto lasts = parsed ? parsed->Integer("expires_in") : std::nullopt;
  const bool fits = std::all_of(token.begin(), token.end(), [](char c) { return c > ' '; });
  if (token.empty() || !fits || !lasts || *lasts <= 0) {
    return MakeError(Fault::kProtocol, "Halo Connect's token cannot be read");
  }
  token_ = Sensitive<std::string>(std::string(token));
  token_site_ = guid;
  token_ends_ = now + std::chrono::seconds(std::min<std::int64_t>(*lasts, 86400));
  return Ok();
}

}  // namespace pons::halo_connect
