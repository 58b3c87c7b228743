// SPDX-License-Identifier: Apache-2.0
#include "store/data_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace pons::store {
namespace {

constexpr std::size_t kKeyBytes = 32;

Error CannotUse(const std::string& path, const std::string& why) {
  return MakeError(Fault::kMisconfigured, "the data folder " + path + " cannot be used: " + why);
}

// A folder in memory where the system has one, so that short-lived stores need no disk.
std::string MakeTemporary() {
  for (const char* base : {"/dev/shm", "/tmp"}) {
    std::string path = std::string(base) + "/pons-XXXXXX";
    if (mkdtemp(path.data()) != nullptr) return path;
  }
  return {};
}

}  // namespace

Result<std::unique_ptr<DataFolder>> DataFolder::Hold(const std::string& path, Random& random) {
  std::unique_ptr<DataFolder> folder(new DataFolder());
  folder->temporary_ = path == ":memory:";
  folder->path_ = folder->temporary_ ? MakeTemporary() : path;
  std::error_code code;
  std::filesystem::create_directories(folder->path_, code);
  if (code) return CannotUse(folder->path_, code.message());
  chmod(folder->path_.c_str(), 0700);
  const std::string lock = folder->path_ + "/lock";
  folder->lock_ = open(lock.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (folder->lock_ < 0) return CannotUse(folder->path_, "it cannot be written");
  if (flock(folder->lock_, LOCK_EX | LOCK_NB) != 0) {
    return CannotUse(folder->path_, "another pons process is using it");
  }
  PONS_TRY(folder->LoadKey(random));
  return folder;
}

DataFolder::~DataFolder() {
  if (lock_ >= 0) close(lock_);
  if (temporary_ && !path_.empty()) {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
}

Result<void> DataFolder::LoadKey(Random& random) {
  const std::string file = path_ + "/master.key";
  std::ifstream in(file, std::ios::binary);
  if (in) {
    seal_key_.assign(std::istreambuf_iterator<char>(in), {});
    if (seal_key_.size() == kKeyBytes) return Ok();
    return CannotUse(path_, "master.key is not 32 bytes long; restore it from your backup");
  }
  seal_key_.assign(kKeyBytes, '\0');
  random.Fill({reinterpret_cast<unsigned char*>(seal_key_.data()), kKeyBytes});
  // Written beside and renamed, so that a crash leaves either no key or a whole one.
  const std::string part = file + ".new";
  const int out = open(part.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  const bool written =
      out >= 0 && write(out, seal_key_.data(), kKeyBytes) == ssize_t{kKeyBytes} && fsync(out) == 0;
  if (out >= 0) close(out);
  if (!written || rename(part.c_str(), file.c_str()) != 0) {
    return CannotUse(path_, "master.key cannot be written");
  }
  return Ok();
}

}  // namespace pons::store
