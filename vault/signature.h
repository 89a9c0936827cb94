// SPDX-License-Identifier: GPL-3.0-or-later
// Signatures of people: Ed25519 (RFC 8032), keys as PEM (made by `openssl genpkey -algorithm
// ed25519`). Whoever verifies needs no secret, so the gate cannot make a signature itself.
#pragma once

#include <string>
#include <string_view>

namespace glossator::vault {

// 64 bytes. Throws Error{kInvalid} when `private_pem` is no Ed25519 private key, or has a password.
std::string Sign(std::string_view private_pem, std::string_view message);
// Throws Error{kInvalid} when `public_pem` is no Ed25519 public key.
bool IsSigned(std::string_view public_pem, std::string_view message, std::string_view signature);

}  // namespace glossator::vault
