// SPDX-License-Identifier: Apache-2.0
// P9, P10: cursors that are not this connector's, or not of this time.
#include "tests/conformance/checks.h"

namespace pons::conformance {

void JunkCursorsExpire(Bench& bench) {
  bench.Seed(3);
  const auto session = bench.Open();
  for (const auto& support : bench.can().streams) {
    const auto stream = support.stream;
    const auto first = session->Drain(stream);
    const auto& good = first.end.token;
    // The format's name made an older one: "mem1:…" becomes "mem0:…".
    auto older = good;
    for (auto& c : older) {
      if (c >= '0' && c <= '9') {
        c = '0';
        break;
      }
    }
    if (older == good) older = "0" + good;
    const std::string junk[] = {
        std::string(), "junk", "x" + good, older, std::string(500, '9'), std::string("\x00\xff", 2),
        good + "~"};
    for (const auto& token : junk) {
      const auto page = session->Pull(stream, Cursor{token});
      Require(!page.has_value(), Name(stream) + ": a junk cursor is honoured");
      Require(page.error().fault == Fault::kCursorExpired,
              Name(stream) + ": a junk cursor is not kCursorExpired but " +
                  std::string(FaultName(page.error().fault)));
    }
    RequireSame(session->Drain(stream).known, first.known, Name(stream) + " after junk cursors");
  }
}

void CursorFromTheFuture(Bench& bench) {
  bench.Seed(3);
  const auto session = bench.Open();
  bool any = false;
  for (const auto& support : bench.can().streams) {
    const auto future = bench.clinic().FutureCursor(support.stream);
    if (!future) continue;
    any = true;
    const auto page = session->Pull(support.stream, *future);
    if (!page) {
      Require(page.error().fault == Fault::kCursorExpired,
              Name(support.stream) + ": a future cursor gives " +
                  std::string(FaultName(page.error().fault)));
      continue;
    }
    Require(page->changes.empty(), Name(support.stream) + ": records from before a future cursor");
  }
  Require(any, "no stream has a cursor that can lie in the future");
}

}  // namespace pons::conformance
