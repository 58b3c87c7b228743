// SPDX-License-Identifier: Apache-2.0
#include "delivery/attempt.h"

#include <utility>

#include "base/text.h"
#include "delivery/signature.h"

namespace pons::delivery {
namespace {

constexpr std::size_t kMostHeaderBytes = 8u << 10;

// What a receiver says is shown on a page: bytes that are no text are shown as question marks.
std::string AsText(std::string_view bytes) {
  std::string text(bytes);
  const bool plain = IsValidUtf8(text);
  for (char& c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte == 0 || (!plain && byte >= 0x80)) c = '?';
  }
  return text;
}

std::string HeaderLines(const net::Headers& headers) {
  std::string lines;
  for (const auto& [name, value] : headers) {
    // A receiver's cookies are between it and nobody.
    if (net::SameHeaderName(name, "set-cookie")) continue;
    if (lines.size() + name.size() + value.size() > kMostHeaderBytes) break;
    lines += name + ": " + value + "\n";
  }
  return AsText(lines);
}

}  // namespace

Attempt SendMessage(net::HttpTransport& transport, Clock& clock, const store::Webhook& webhook,
                    const Message& message, milliseconds timeout, std::uint64_t jitter,
                    const CancelToken& cancel) {
  Attempt attempt;
  attempt.started = clock.Now();
  auto headers = SignatureHeaders(webhook, message.id, attempt.started, message.body);
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
  attempt.answer.at = attempt.started;
  attempt.answer.took = attempt.finished - attempt.started;
  attempt.answer.request_headers = HeaderLines(request.headers);
  if (answer) {
    attempt.status = answer->status;
    attempt.answer.response_headers = HeaderLines(answer->headers);
    attempt.answer.excerpt = AsText(answer->body);
    attempt.verdict = JudgeAnswer(answer->status, net::FindHeader(answer->headers, "retry-after"),
                                  message.attempt, attempt.finished, jitter);
  } else {
    attempt.cancelled = answer.error().fault == Fault::kCancelled;
    attempt.verdict = JudgeFailure(answer.error(), message.attempt, jitter);
  }
  return attempt;
}

}  // namespace pons::delivery
