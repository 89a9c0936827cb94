// SPDX-License-Identifier: GPL-3.0-or-later
// The four entry points of Orthanc's plugin interface. Orthanc may initialize, finalize and
// initialize again in one process (SIGHUP, /tools/reset): all state hangs on one pointer.
#include <orthanc/OrthancCPlugin.h>

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <memory>

#include "plugin/plugin.h"

namespace {
std::unique_ptr<glossator::plugin::Plugin> the_plugin;
}  // namespace

extern "C" {

ORTHANC_PLUGINS_API int32_t OrthancPluginInitialize(OrthancPluginContext* context) {
  try {
    the_plugin = glossator::plugin::Plugin::Make(context);
    return the_plugin ? 0 : -1;
  } catch (const std::exception& error) {
    OrthancPluginLogError(context, error.what());
  } catch (...) {
    OrthancPluginLogError(context, "Glossator: an unknown error at start");
  }
  return -1;
}

ORTHANC_PLUGINS_API void OrthancPluginFinalize() {
  const bool failed = the_plugin && the_plugin->failed();
  try {
    the_plugin.reset();
  } catch (...) {  // there is nobody left to tell
  }
  // Foreign studies or a wrong key are found only when Orthanc runs, and the interface has no way
  // to make it fail then: after an orderly stop (storage and index are closed before plugins are
  // finalized) it would say 0, and whoever supervises it would believe that.
  if (failed) {
    std::fflush(nullptr);
    _exit(EXIT_FAILURE);
  }
}

ORTHANC_PLUGINS_API const char* OrthancPluginGetName() { return "glossator"; }

ORTHANC_PLUGINS_API const char* OrthancPluginGetVersion() { return GLOSSATOR_VERSION; }

}  // extern "C"
