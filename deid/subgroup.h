// SPDX-License-Identifier: GPL-3.0-or-later
// What a later analysis by subgroup needs, coarse enough to identify nobody, kept apart from the
// objects: bands of ten years, whole kilovolts, a keyed code of the site.
#pragma once

#include <map>
#include <string>

#include "deid/policy.h"
#include "model/instance.h"

namespace glossator::deid {

// The facts that `policy` asks for and the object has, by the names of policy.schema.json. Maker
// and model are words known for it, or absent. `site_code` stands for the institution's name.
std::map<std::string, std::string> SubgroupFacts(const Instance<Hospital>& head,
                                                 const Policy& policy,
                                                 const std::string& site_code);

}  // namespace glossator::deid
