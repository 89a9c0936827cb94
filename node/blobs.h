// SPDX-License-Identifier: GPL-3.0-or-later
// Files by the SHA-256 of their content: `{directory}/ab/abcdef...`. Written once, never changed.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace glossator::node {

class Blobs {
 public:
  // Makes the directory and removes what an interrupted Put left.
  explicit Blobs(std::filesystem::path directory);

  // Durable when it returns. Returns the digest.
  std::string Put(std::string_view bytes) const;
  // Throws kInternal when it is missing or its content is not what it was.
  std::string Get(const std::string& digest) const;
  bool Has(const std::string& digest) const;

 private:
  std::filesystem::path PathOf(const std::string& digest) const;

  std::filesystem::path directory_;
};

}  // namespace glossator::node
