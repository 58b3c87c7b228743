// SPDX-License-Identifier: Apache-2.0
// The opaque "next" of a search: sealed, so that it tells nothing (a search may hold a name) and
// cannot be made up or carried over to another app.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/random.h"
#include "base/result.h"
#include "model/records.h"
#include "net/url.h"
#include "store/keys.h"
#include "store/search.h"

namespace pons::api {

struct PageToken {
  model::Stream stream = model::Stream::kPatients;
  store::AppKey app = 0;
  store::SearchPosition after;
  net::FormFields search;  // the parameters as understood
  bool operator==(const PageToken& other) const {
    return stream == other.stream && app == other.app && after.value == other.after.value &&
           after.row == other.after.row && search == other.search;
  }
};

// `key` is 32 bytes.
std::string SealPageToken(const PageToken& token, std::string_view key, Random& random);
// Errors: kMisconfigured where it is not a token of ours.
Result<PageToken> OpenPageToken(std::string_view text, std::string_view key);

// The text that is sealed.
std::string WritePagePlain(const PageToken& token);
std::optional<PageToken> ReadPagePlain(std::string_view text);

}  // namespace pons::api
