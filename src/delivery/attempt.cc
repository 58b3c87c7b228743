// SPDX-License-Identifier: Apache-2.0
#include "delivery/attempt.h"

#include <utility>

#include "delivery/signature.h"

namespace pons::delivery {

Attempt SendMessage(net::HttpTransport& transport, Clock& clock, const store::Webhook& webhook,
                    const Message& message, milliseconds timeout, std::uint64_t jitter,
                    const CancelToken& cancel) {
  Attempt attempt;
  attempt.started = clock.Now();
  auto headers = SignatureHeaders(webhook.secret, message.id, attempt.started, message.body);
  if (!headers) {
    attempt.finished = attempt.started;
    attempt.verdict = JudgeFailure(headers.error(), message.attempt, jitter);
    return attempt;
  }
  net::HttpRequest request;
  request.method = "POST";
  request.url = webhook.url;
  request.headers = std::move(*headers);
  request.headers.emplace_back("Content-Type", "application/json");
  request.body = message.body;
  request.timeout = timeout;
  request.max_response_bytes = kMostAnswerBytes;
  const auto answer = transport.Send(request, cancel);
  attempt.finished = clock.Now();
  if (answer) {
    attempt.status = answer->status;
    attempt.verdict = JudgeAnswer(answer->status, net::FindHeader(answer->headers, "retry-after"),
                                  message.attempt, attempt.finished, jitter);
  } else {
    attempt.cancelled = answer.error().fault == Fault::kCancelled;
    attempt.verdict = JudgeFailure(answer.error(), message.attempt, jitter);
  }
  return attempt;
}

}  // namespace pons::delivery
