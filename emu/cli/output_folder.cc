// SPDX-License-Identifier: MIT
#include "emu/cli/output_folder.h"

#include <fmt/core.h>

#include <cerrno>
#include <cstring>
#include <system_error>

namespace smclab::cli {

OutputFile::OutputFile(const std::filesystem::path& path)
    : path_(path), file_(std::fopen(path.c_str(), "wb")) {
  if (!file_) fail();
}

void OutputFile::fail() {
  if (!error_.empty()) return;
  error_ = fmt::format("cannot write '{}': {}", path_.string(), std::strerror(errno));
}

void OutputFile::write(std::span<const std::byte> bytes) {
  if (!file_ || failed() || bytes.empty()) return;
  if (std::fwrite(bytes.data(), 1, bytes.size(), file_.get()) != bytes.size()) fail();
}

void OutputFile::write(std::string_view text) {
  write(std::as_bytes(std::span(text)));
}

bool OutputFile::close() {
  // A full disk often shows only here.
  if (file_ && std::fflush(file_.get()) != 0) fail();
  file_.reset();
  return !failed();
}

std::string prepare_folder(const std::filesystem::path& path, bool force) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error) return fmt::format("cannot make '{}': {}", path.string(), error.message());
  const bool empty = std::filesystem::is_empty(path, error);
  if (error) return fmt::format("cannot read '{}': {}", path.string(), error.message());
  if (empty || force) return {};
  return fmt::format("'{}' is not empty; --force writes into it all the same", path.string());
}

std::string read_file(const std::filesystem::path& path, std::size_t most, std::string& bytes) {
  bytes.clear();
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) return "it is a directory";
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"),
                                                             std::fclose);
  if (!file) return std::strerror(errno);
  std::string block(std::size_t{1} << 16, '\0');
  while (const std::size_t n = std::fread(block.data(), 1, block.size(), file.get())) {
    bytes.append(block, 0, n);
    if (bytes.size() > most) return fmt::format("it is larger than {} bytes", most);
  }
  return std::ferror(file.get()) != 0 ? std::strerror(errno) : "";
}

}  // namespace smclab::cli
