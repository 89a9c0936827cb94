// SPDX-License-Identifier: GPL-3.0-or-later
// What Orthanc asks of us, as plain C++. No exception leaves through its C interface.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "plugin/http.h"

typedef struct _OrthancPluginContext_t OrthancPluginContext;

namespace glossator::plugin {

// What Orthanc calls. Every function may be called from any thread and may throw.
class Host {
 public:
  virtual ~Host() = default;
  virtual bool Allow(const Request& request) = 0;  // every HTTP request, before its body is read
  // Bound of the body of a POST or PUT; more is not kept in memory.
  virtual size_t BodyMax(const Request& request) const = 0;
  virtual Answer Handle(const Request& request) = 0;             // of the registered paths
  virtual bool AcceptReceived(std::string_view dicom_file) = 0;  // false: Orthanc discards it
  // What takes the place of an object that came to Orthanc's own DICOM server, until the C-STORE is
  // refused: discarding it would answer Success to the sender.
  virtual std::string_view Decoy() const = 0;
  virtual void OnStarted() = 0;  // Orthanc serves
  virtual void OnStopped() = 0;  // must return within 8 seconds
};

// Orthanc calls `host` from now on; `paths` are regular expressions. Throws Unavailable.
void RegisterCallbacks(OrthancPluginContext* context, Host& host,
                       const std::vector<std::string>& paths);
void ForgetCallbacks();  // no call reaches the host any more

}  // namespace glossator::plugin
