// SPDX-License-Identifier: Apache-2.0
#include "net/folder_fault.h"

#include <cerrno>
#include <string>

namespace pons::net {
namespace {

Error Unwritable(FolderStep step, std::string_view account) {
  if (step == FolderStep::kRead) {
    return MakeError(Fault::kForbidden, "the folder cannot be read; give the account \"" +
                                            std::string(account) + "\" the right to read it");
  }
  return MakeError(Fault::kForbidden, "the folder is not writable; give the account \"" +
                                          std::string(account) + "\" the right to write in it");
}

}  // namespace

Error FolderFault(int code, FolderStep step, std::string_view account) {
  switch (code) {
    case ENOENT:
      return MakeError(Fault::kMisconfigured,
                       "there is no such folder; create it, or mount the share it is on");
    case ENOTDIR:
      return MakeError(Fault::kMisconfigured, "what the setting names is not a folder");
    case EACCES:
    case EPERM:
      return Unwritable(step, account);
    case EROFS:
      return MakeError(Fault::kForbidden,
                       "the folder is on a file system that is mounted read-only; mount it for "
                       "writing");
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
      return MakeError(Fault::kUnavailable,
                       "there is no room for the file in the folder; free space on that disk");
    case ESTALE:
    case EIO:
    case EREMOTEIO:
    case ENOTCONN:
    case EHOSTDOWN:
    case EHOSTUNREACH:
    case ETIMEDOUT:
    case ECONNABORTED:
    case ECONNRESET:
    case ENODEV:
    case ENXIO:
      return MakeError(Fault::kUnavailable,
                       "the share that the folder is on has gone away; check the computer that "
                       "shares it, and mount it again");
    case ENAMETOOLONG:
    case ELOOP:
      return MakeError(Fault::kMisconfigured,
                       "the folder's path cannot be followed; check its spelling");
    default:
      return MakeError(Fault::kUnavailable, "the folder cannot be used (system error " +
                                                std::to_string(code) +
                                                "); check the disk or share it is on");
  }
}

}  // namespace pons::net
