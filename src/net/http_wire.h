// SPDX-License-Identifier: Apache-2.0
// The text of an HTTP/1.1 answer's head, written straight into a string, and which status says
// what.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "net/http_server.h"

namespace pons::net {

std::string_view StatusText(int status);  // "Not Found"; "Unknown" for numbers without a name

// How a fault is told over HTTP. 422: the request was understood, and cannot be done as it is.
int StatusOf(Fault fault);

// "Sun, 06 Nov 1994 08:49:37 GMT": the only date format HTTP answers use.
std::string FormatHttpDate(Instant instant);
std::optional<Instant> ParseHttpDate(std::string_view text);

struct HeadOptions {
  std::string_view date;  // from FormatHttpDate
  std::uint64_t content_length = 0;
  bool close = false;              // say that the connection ends here
  bool keep_alive_http10 = false;  // an HTTP/1.0 client asked for, and gets, keep-alive
};

// Replaces `out` by the head, final blank line included. Line breaks inside a header's name or
// value become blanks, so that no value can start a header of its own.
void WriteHead(std::string& out, const ServerResponse& response, const HeadOptions& options);

}  // namespace pons::net
