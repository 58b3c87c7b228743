// SPDX-License-Identifier: Apache-2.0
#include "rehearsal/temporary_folder.h"

#include <stdlib.h>

#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

namespace pons::rehearsal {

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
}

Result<void> TemporaryFolder::Make() {
  std::error_code ignored;
  const auto parent = std::filesystem::temp_directory_path(ignored);
  std::string path = (parent / "pons-XXXXXX").string();
  if (mkdtemp(path.data()) == nullptr) {
    return MakeError(Fault::kMisconfigured, "cannot make a folder in " + parent.string() + ": " +
                                                std::generic_category().message(errno) +
                                                "; name another with the environment's TMPDIR");
  }
  path_ = std::move(path);
  return Ok();
}

}  // namespace pons::rehearsal
