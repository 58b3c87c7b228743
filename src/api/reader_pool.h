// SPDX-License-Identifier: Apache-2.0
// Readers of the store, lent to one thread at a time.
#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "store/store.h"

namespace pons::api {

class ReaderPool {
 public:
  explicit ReaderPool(store::Store& store) : store_(store) {}

  class Lease {
   public:
    Lease(ReaderPool& pool, std::unique_ptr<store::Reader> reader)
        : pool_(&pool), reader_(std::move(reader)) {}
    ~Lease() {
      if (reader_ != nullptr) pool_->GiveBack(std::move(reader_));
    }
    Lease(Lease&&) = default;
    Lease& operator=(Lease&&) = delete;
    store::Reader* operator->() const { return reader_.get(); }
    store::Reader* get() const { return reader_.get(); }

   private:
    ReaderPool* pool_;
    std::unique_ptr<store::Reader> reader_;
  };

  // Errors: those of Store::OpenReader.
  Result<Lease> Borrow() {
    {
      const std::lock_guard lock(mutex_);
      if (!free_.empty()) {
        auto reader = std::move(free_.back());
        free_.pop_back();
        return Lease(*this, std::move(reader));
      }
    }
    PONS_ASSIGN(auto reader, store_.OpenReader());
    return Lease(*this, std::move(reader));
  }

 private:
  void GiveBack(std::unique_ptr<store::Reader> reader) {
    const std::lock_guard lock(mutex_);
    free_.push_back(std::move(reader));
  }

  store::Store& store_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<store::Reader>> free_;
};

}  // namespace pons::api
