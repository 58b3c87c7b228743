// SPDX-License-Identifier: Apache-2.0
// What Cairo 1.16 cannot say about a document, added to its PDF as an incremental update: the
// language, that its structure elements are meant, and that viewers show the title instead of the
// file's name.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace pons::report {

// Errors: kInternal where `pdf` is not shaped as Cairo writes it. `language` is a BCP 47 tag.
Result<std::string> WithLanguage(std::string pdf, std::string_view language);

}  // namespace pons::report
