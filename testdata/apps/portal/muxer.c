// The `dotnet` command of the demo's shared runtime. It does what the host of the .NET runtime does (src/native/corehost/corehost.cpp):
// finds the newest host/fxr/*/libhostfxr.so beside itself and calls hostfxr_main_startupinfo.
#include <dlfcn.h>
#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

typedef int (*startup)(int argc, const char **argv, const char *host_path, const char *dotnet_root, const char *app_path);

int main(int argc, const char **argv) {
  char self[PATH_MAX], root[PATH_MAX], pattern[PATH_MAX + 64], app[PATH_MAX + 8];
  ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
  if (n < 0) return 1;
  self[n] = 0;
  strcpy(root, self);
  *strrchr(root, '/') = 0;
  snprintf(app, sizeof app, "%s.dll", self);
  snprintf(pattern, sizeof pattern, "%s/host/fxr/*/libhostfxr.so", root);
  glob_t found;
  if (glob(pattern, 0, 0, &found)) {
    fprintf(stderr, "no libhostfxr.so below %s/host/fxr\n", root);
    return 131; // FrameworkMissing
  }
  void *library = dlopen(found.gl_pathv[found.gl_pathc - 1], RTLD_LAZY);
  if (!library) {
    fprintf(stderr, "%s\n", dlerror());
    return 130; // CoreHostLibLoadFailure
  }
  startup run = (startup)dlsym(library, "hostfxr_main_startupinfo");
  return run ? run(argc, argv, self, root, app) : 132; // CoreHostEntryPointFailure
}
