// SPDX-License-Identifier: Apache-2.0
// A watched folder on this machine's file system. The folder is opened anew for every call: a share
// may have been mounted again since the last.
#include "net/folder.h"

#include <dirent.h>
#include <fcntl.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "net/folder_fault.h"

namespace pons::net {
namespace {

// Watchers of this kind take files by their extension, and none of them takes this one.
constexpr std::string_view kUnfinished = ".tmp";
constexpr std::string_view kCheckName = "pons-check.tmp";

class FileHandle {
 public:
  explicit FileHandle(int number) : number_(number) {}
  ~FileHandle() {
    if (number_ >= 0) close(number_);
  }
  FileHandle(const FileHandle&) = delete;
  FileHandle& operator=(const FileHandle&) = delete;
  int number() const { return number_; }
  bool open() const { return number_ >= 0; }
  // Some shares tell of a failed write only here.
  int Close() {
    const int closed = close(number_);
    number_ = -1;
    return closed;
  }

 private:
  int number_;
};

std::string AccountName() {
  passwd entry{};
  passwd* found = nullptr;
  char room[4096];
  if (getpwuid_r(geteuid(), &entry, room, sizeof room, &found) == 0 && found != nullptr) {
    return found->pw_name;
  }
  return std::to_string(geteuid());
}

Error Failed(int code, FolderStep step) { return FolderFault(code, step, AccountName()); }

bool IsName(std::string_view name) {
  return !name.empty() && name.size() <= 200 && name.front() != '.' &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '.' || c == '_' || c == '-';
         });
}

// File systems of other makes cannot always make a folder or a file durable by itself.
bool Flushed(int file) {
  return fsync(file) == 0 || errno == EINVAL || errno == ENOTSUP || errno == ENOSYS;
}

int WriteAll(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto written = write(file, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

class PosixFolder final : public Folder {
 public:
  explicit PosixFolder(std::string path) : path_(std::move(path)) {}

  Result<void> Put(std::string_view name, std::string_view bytes) override {
    if (!IsName(name)) return MakeError(Fault::kInternal, "this is no name for a file to put");
    const FileHandle folder = Open();
    if (!folder.open()) return Failed(errno, FolderStep::kOpen);
    const std::string whole(name);
    const std::string unfinished = whole + std::string(kUnfinished);
    PONS_TRY(WriteUnfinished(folder, unfinished, bytes));
    if (renameat(folder.number(), unfinished.c_str(), folder.number(), whole.c_str()) != 0) {
      const int code = errno;
      unlinkat(folder.number(), unfinished.c_str(), 0);
      auto error = Failed(code, FolderStep::kRename);
      // A share that breaks off may have renamed all the same; a refusal has not.
      const bool refused = error.fault == Fault::kForbidden || error.fault == Fault::kMisconfigured;
      error.effect = refused ? Effect::kNone : Effect::kUnknown;
      return error;
    }
    if (!Flushed(folder.number())) {
      auto error = Failed(errno, FolderStep::kRename);
      error.effect = Effect::kUnknown;
      return error;
    }
    return Ok();
  }

  Result<bool> Has(std::string_view name) override {
    if (!IsName(name)) return MakeError(Fault::kInternal, "this is no name of a file");
    const FileHandle folder = Open();
    if (!folder.open()) return Failed(errno, FolderStep::kOpen);
    struct stat seen {};
    if (fstatat(folder.number(), std::string(name).c_str(), &seen, AT_SYMLINK_NOFOLLOW) == 0) {
      return true;
    }
    if (errno == ENOENT) return false;
    return Failed(errno, FolderStep::kRead);
  }

  Result<void> Check() override {
    const FileHandle folder = Open();
    if (!folder.open()) return Failed(errno, FolderStep::kOpen);
    const std::string name(kCheckName);
    PONS_TRY(WriteUnfinished(folder, name, "Pons checks that it can write here.\r\n"));
    if (unlinkat(folder.number(), name.c_str(), 0) != 0 && errno != ENOENT) {
      return Failed(errno, FolderStep::kWrite);
    }
    return Ok();
  }

  Result<std::vector<Entry>> List() override {
    FileHandle folder = Open();
    if (!folder.open()) return Failed(errno, FolderStep::kOpen);
    const int copy = dup(folder.number());
    DIR* listing = copy < 0 ? nullptr : fdopendir(copy);
    if (listing == nullptr) {
      const int code = errno;
      if (copy >= 0) close(copy);
      return Failed(code, FolderStep::kRead);
    }
    std::vector<Entry> found;
    int code = 0;
    while (true) {
      errno = 0;
      const dirent* one = readdir(listing);
      if (one == nullptr) {
        code = errno;
        break;
      }
      struct stat seen {};
      // Taken away by the watcher since it was listed: no matter.
      if (fstatat(folder.number(), one->d_name, &seen, AT_SYMLINK_NOFOLLOW) != 0) continue;
      if (!S_ISREG(seen.st_mode)) continue;
      found.push_back({one->d_name, static_cast<std::uint64_t>(seen.st_size)});
    }
    closedir(listing);
    if (code != 0) return Failed(code, FolderStep::kRead);
    std::sort(found.begin(), found.end(),
              [](const Entry& a, const Entry& b) { return a.name < b.name; });
    return found;
  }

  Result<std::string> Get(std::string_view name, std::uint64_t most) override {
    if (!IsName(name)) return MakeError(Fault::kInternal, "this is no name of a file");
    const FileHandle folder = Open();
    if (!folder.open()) return Failed(errno, FolderStep::kOpen);
    const FileHandle file(openat(folder.number(), std::string(name).c_str(),
                                 O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    if (!file.open()) {
      if (errno == ENOENT) return MakeError(Fault::kNotFound, "the file is not in the folder");
      return Failed(errno, FolderStep::kRead);
    }
    std::string bytes;
    char piece[64 << 10];
    while (true) {
      const auto count = read(file.number(), piece, sizeof piece);
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) return Failed(errno, FolderStep::kRead);
      if (count == 0) return bytes;
      if (bytes.size() + static_cast<std::size_t>(count) > most) {
        return MakeError(Fault::kRejected, "the file is larger than what is read here");
      }
      bytes.append(piece, static_cast<std::size_t>(count));
    }
  }

  Result<void> Remove(std::string_view name) override {
    if (!IsName(name)) return MakeError(Fault::kInternal, "this is no name of a file");
    const FileHandle folder = Open();
    if (!folder.open()) return Failed(errno, FolderStep::kOpen);
    if (unlinkat(folder.number(), std::string(name).c_str(), 0) == 0 || errno == ENOENT) {
      return Ok();
    }
    return Failed(errno, FolderStep::kWrite);
  }

 private:
  FileHandle Open() const {
    return FileHandle(open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  }

  // What is left over from an earlier try is replaced; a link that somebody put there is not
  // followed.
  Result<void> WriteUnfinished(const FileHandle& folder, const std::string& name,
                               std::string_view bytes) {
    if (unlinkat(folder.number(), name.c_str(), 0) != 0 && errno != ENOENT) {
      return Failed(errno, FolderStep::kWrite);
    }
    FileHandle file(openat(folder.number(), name.c_str(),
                           O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0660));
    if (!file.open()) return Failed(errno, FolderStep::kWrite);
    int code = WriteAll(file.number(), bytes);
    if (code == 0 && !Flushed(file.number())) code = errno;
    if (file.Close() != 0 && code == 0) code = errno;
    if (code == 0) return Ok();
    unlinkat(folder.number(), name.c_str(), 0);
    return Failed(code, FolderStep::kWrite);
  }

  const std::string path_;
};

}  // namespace

std::unique_ptr<Folder> MakeFolder(std::string path) {
  return std::make_unique<PosixFolder>(std::move(path));
}

}  // namespace pons::net
