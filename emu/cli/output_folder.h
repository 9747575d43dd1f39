// SPDX-License-Identifier: MIT
//
// `--out DIR`: the folder that a run fills, and files that notice a full disk.
#pragma once

#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace smclab::cli {

/// A file being written. The first failure is kept and told once, with its reason.
class OutputFile {
 public:
  explicit OutputFile(const std::filesystem::path& path);
  void write(std::span<const std::byte> bytes);
  void write(std::string_view text);
  /// Flushes and closes. False after any failure; error() is then one clear line.
  [[nodiscard]] bool close();
  [[nodiscard]] bool failed() const noexcept { return !error_.empty(); }
  [[nodiscard]] const std::string& error() const noexcept { return error_; }
  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

 private:
  void fail();
  struct Closer {
    void operator()(std::FILE* file) const noexcept { std::fclose(file); }
  };
  std::filesystem::path path_;
  std::unique_ptr<std::FILE, Closer> file_;
  std::string error_;
};

/// Makes the folder, or takes one that is empty; with `force` any. Returns what is in the way.
[[nodiscard]] std::string prepare_folder(const std::filesystem::path& path, bool force);

/// The whole file, or why not; refuses more than `most` bytes.
[[nodiscard]] std::string read_file(const std::filesystem::path& path, std::size_t most,
                                    std::string& bytes);

}  // namespace smclab::cli
