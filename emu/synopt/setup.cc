// SPDX-License-Identifier: MIT
#include "emu/synopt/setup.h"

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <system_error>

#include "emu/synopt/synopt_skeleton.h"

namespace smclab::synopt {
namespace {

namespace fs = std::filesystem;

constexpr const char* kBpfFs = "/sys/fs/bpf";
constexpr const char* kPins = "/sys/fs/bpf/smclab";

std::string because(const std::string& what, int error) {
  return what + ": " + std::strerror(error);
}

/// A file descriptor that is closed.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int get() const noexcept { return number_; }
  [[nodiscard]] bool good() const noexcept { return number_ >= 0; }

 private:
  int number_;
};

// Where a file system of type cgroup2 is mounted; empty if nowhere.
std::string find_cgroup2() {
  std::ifstream mounts("/proc/self/mounts");
  for (std::string line; std::getline(mounts, line);) {
    std::istringstream words(line);
    std::string device;
    std::string place;
    std::string type;
    if (words >> device >> place >> type && type == "cgroup2") return place;
  }
  return {};
}

// The root of the control group tree. A machine without a mount of it has the tree all the same:
// it is mounted for a moment.
int open_root_group() {
  constexpr int kHow = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
  if (const std::string place = find_cgroup2(); !place.empty()) return ::open(place.c_str(), kHow);
  std::string place = "/tmp/smclab-cgroup-XXXXXX";
  if (::mkdtemp(place.data()) == nullptr) return -1;
  int group = -1;
  if (::mount("none", place.c_str(), "cgroup2", 0, nullptr) == 0) {
    group = ::open(place.c_str(), kHow);
    ::umount2(place.c_str(), MNT_DETACH);
  }
  const int error = errno;
  ::rmdir(place.c_str());
  errno = error;
  return group;
}

std::string mount_bpf_fs() {
  constexpr long kMagic = 0xCAFE4A11;
  struct statfs about {};
  if (::statfs(kBpfFs, &about) == 0 && about.f_type == kMagic) return {};
  if (::mount("bpf", kBpfFs, "bpf", 0, nullptr) == 0) return {};
  return because(std::string("cannot mount the BPF file system at ") + kBpfFs, errno);
}

// Attaches one program and pins the attachment.
std::string attach(bpf_program* program, int group, const char* name) {
  bpf_link* link = bpf_program__attach_cgroup(program, group);
  if (link == nullptr) return because("cannot attach to the control group", errno);
  const std::string place = std::string(kPins) + "/" + name;
  const int error = bpf_link__pin(link, place.c_str());
  bpf_link__destroy(link);  // the pin keeps it
  return error == 0 ? std::string() : because("cannot pin " + place, -error);
}

std::string attach_all(int group) {
  const auto close = [](smclab_synopt* object) { smclab_synopt__destroy(object); };
  const std::unique_ptr<smclab_synopt, decltype(close)> object(smclab_synopt__open_and_load(),
                                                               close);
  if (!object) return because("the kernel does not take the BPF object", errno);
  std::error_code error;
  fs::create_directory(kPins, error);
  if (error) return std::string("cannot make ") + kPins + ": " + error.message();
  std::string wrong = attach(object->progs.smclab_headers, group, "headers");
  if (wrong.empty()) wrong = attach(object->progs.smclab_offer, group, "offer");
  if (wrong.empty()) wrong = attach(object->progs.smclab_agreed, group, "agreed");
  return wrong;
}

}  // namespace

std::string set_up() {
  if (::geteuid() != 0) return "root is needed to load BPF programs";
  std::error_code ignored;
  if (fs::exists(kPins, ignored)) return {};
  // libbpf explains itself on standard error at length; one sentence is ours to say.
  libbpf_set_print(nullptr);
  if (const std::string wrong = mount_bpf_fs(); !wrong.empty()) return wrong;
  const Descriptor group(open_root_group());
  if (!group.good()) return because("cannot open the control group tree", errno);
  const std::string wrong = attach_all(group.get());
  if (!wrong.empty()) fs::remove_all(kPins, ignored);
  return wrong;
}

std::string undo() {
  std::error_code error;
  fs::remove_all(kPins, error);
  return error ? std::string("cannot remove ") + kPins + ": " + error.message() : std::string();
}

}  // namespace smclab::synopt
