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

#include "base/text.h"
#include "crypto/crypto.h"

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

// The folder itself, so that a renamed file is still renamed after a power cut.
bool SyncFolderOf(const std::string& file) {
  const auto slash = file.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : file.substr(0, slash);
  const int handle = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool synced = handle >= 0 && fsync(handle) == 0;
  if (handle >= 0) close(handle);
  return synced;
}

bool WriteKey(const std::string& file, const std::string& key) {
  const int out = open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  const bool written = out >= 0 &&
                       write(out, key.data(), key.size()) == static_cast<ssize_t>(key.size()) &&
                       fsync(out) == 0;
  if (out >= 0) close(out);
  return written;
}

// Empty where the file holds no key.
std::string ReadKey(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(in)), {});
  if (bytes.size() == kKeyBytes) return bytes;
  auto decoded = crypto::FromBase64(Trim(bytes));
  return decoded && decoded->size() == kKeyBytes ? std::move(*decoded) : std::string();
}

}  // namespace

Result<std::unique_ptr<DataFolder>> DataFolder::Hold(const std::string& path,
                                                     const std::string& key_file, Random& random) {
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
  PONS_TRY(folder->LoadKey(key_file, random));
  return folder;
}

DataFolder::~DataFolder() {
  if (lock_ >= 0) close(lock_);
  if (temporary_ && !path_.empty()) {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
}

Result<void> DataFolder::LoadKey(const std::string& key_file, Random& random) {
  key_file_ = key_file.empty() ? path_ + "/master.key" : key_file;
  std::error_code ignored;
  const bool there = std::filesystem::exists(key_file_, ignored);
  if (there || !key_file.empty()) {
    seal_key_ = ReadKey(key_file_);
    if (!seal_key_.empty()) return Ok();
    if (there) {
      return CannotUse(path_, key_file_ +
                                  " is not a key of 32 bytes that can be read; restore it from "
                                  "your backup");
    }
    return CannotUse(path_, "the master key " + key_file_ +
                                " is not there; restore it, or for a new Pons make one: openssl "
                                "rand -base64 32 > " +
                                key_file_);
  }
  seal_key_.assign(kKeyBytes, '\0');
  random.Fill({reinterpret_cast<unsigned char*>(seal_key_.data()), kKeyBytes});
  // Written beside and renamed, so that a crash leaves either no key or a whole one.
  const std::string part = key_file_ + ".new";
  if (!WriteKey(part, seal_key_) || rename(part.c_str(), key_file_.c_str()) != 0) {
    return CannotUse(path_, "master.key cannot be written");
  }
  return Ok();
}

Result<void> DataFolder::WriteNextKey(const std::string& key) {
  const std::string file = key_file_ + ".next";
  if (WriteKey(file, key) && SyncFolderOf(file)) return Ok();
  return CannotUse(path_, file + " cannot be written; the key has not been changed");
}

std::string DataFolder::next_key() const { return ReadKey(key_file_ + ".next"); }

Result<void> DataFolder::AdoptNextKey() {
  const std::string next = key_file_ + ".next";
  const std::string key = ReadKey(next);
  if (!key.empty() && rename(next.c_str(), key_file_.c_str()) == 0) {
    SyncFolderOf(key_file_);
    seal_key_ = key;
    return Ok();
  }
  return CannotUse(path_, "everything is sealed with the key in " + next +
                              ", which cannot be renamed to " + key_file_ + "; rename it by hand");
}

void DataFolder::DropNextKey() { unlink((key_file_ + ".next").c_str()); }

}  // namespace pons::store
