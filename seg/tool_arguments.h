// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

namespace glossator::seg {

class WrongUse : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// "--name value", "--flag" and files, against the lists of what a call knows.
class ToolArguments {
 public:
  ToolArguments(const std::vector<std::string>& words, const std::set<std::string>& values,
                const std::set<std::string>& flags);

  bool Has(const std::string& name) const { return values_.count(name) > 0; }
  bool Flag(const std::string& name) const { return flags_.count(name) > 0; }
  std::string Get(const std::string& name, const std::string& fallback = "") const;
  std::string Required(const std::string& name) const;
  long Number(const std::string& name, long fallback, long least, long most) const;
  const std::vector<std::string>& files() const { return files_; }
  const std::string& OneFile() const;

 private:
  std::map<std::string, std::string> values_;
  std::set<std::string> flags_;
  std::vector<std::string> files_;
};

}  // namespace glossator::seg
