// SPDX-License-Identifier: GPL-3.0-or-later
// Release as product: without it everything that goes home says RESEARCH. A person signs, with a
// key of his own that the gate never has, a statement about one project as it is configured now;
// before each delivery the statement is verified again (ADR 40).
#pragma once

#include <json/value.h>

#include <string>

#include "model/config.h"
#include "model/ports.h"
#include "store/sql.h"

namespace glossator::gate {

enum class Qualification {
  kResearch,  // nobody has signed
  kProduct,
  kVoid,  // signed, but altered, of another configuration, over, or by nobody known: a person
          // decides
};

class ProductReleases {
 public:
  // All borrowed. Public keys are read when they are needed.
  ProductReleases(const Config& config, store::Database& database, const Clock& clock)
      : config_(config), database_(database), clock_(clock) {}

  // The statement that `signer` is to sign: canonical JSON. Throws kNotFound, kForbidden, kInvalid.
  std::string Prepare(const std::string& project, const std::string& signer, const std::string& why,
                      int days) const;
  // Verifies and keeps it, with an event. Throws kForbidden when it does not hold.
  void Accept(const std::string& statement, const std::string& signature);
  // Takes the project's release back. Throws kNotFound.
  void Revoke(const std::string& project, const std::string& why);
  Qualification Of(const std::string& project) const;
  // [{project, standing, signer, name, role, why, issued, expires}] of what was signed.
  Json::Value List() const;

 private:
  const ProjectConfig& Require(const std::string& project) const;
  // Why the statement does not hold now; "" when it does.
  std::string FaultOf(const std::string& statement, const std::string& signature) const;

  const Config& config_;
  store::Database& database_;
  const Clock& clock_;
};

// SHA-256 of what the release is about: id, policy, protocol and destination of the project, and
// the contents of policy and protocol where they are files.
std::string ProjectDigest(const ProjectConfig& project);

}  // namespace glossator::gate
