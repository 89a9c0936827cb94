// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/digest.h"

#include <openssl/evp.h>

#include "dicom/error.h"
#include "model/ports.h"

namespace glossator::store {

std::string Sha256Hex(std::string_view bytes) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), digest, &size, EVP_sha256(), nullptr) != 1) {
    throw Error(ErrorKind::kInternal, "SHA-256 is not available");
  }
  return ToHex({reinterpret_cast<const char*>(digest), size});
}

}  // namespace glossator::store
