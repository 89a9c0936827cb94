// SPDX-License-Identifier: GPL-3.0-or-later
// The one error vocabulary. It lives in the lowest room so that every room can throw it;
// model/error.h adds the table from kind to DIMSE and HTTP status.
#pragma once

#include <stdexcept>
#include <string>

namespace glossator {

enum class ErrorKind {
  kInvalid,      // the caller's bytes or words are wrong
  kNotFound,     // no such thing, or not yours to see
  kConflict,     // state or lock
  kForbidden,    // authenticated, not allowed
  kBusy,         // try again later, nothing was lost
  kUnsupported,  // well-formed, but outside of what this node does
  kUnavailable,  // a peer or a resource is away
  kInternal,     // our fault
};

// what() is shown to people and written to logs: never put identified data into it.
class Error : public std::runtime_error {
 public:
  Error(ErrorKind kind, const std::string& what) : std::runtime_error(what), kind_(kind) {}
  ErrorKind kind() const { return kind_; }

 private:
  ErrorKind kind_;
};

}  // namespace glossator
