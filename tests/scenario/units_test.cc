// SPDX-License-Identifier: MIT
#include "emu/scenario/load/units.h"

#include <gtest/gtest.h>

namespace smclab::scenario {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::minutes;

TEST(Units, TakeTimesExactly) {
  EXPECT_EQ(to_duration("10ms"), milliseconds(10));
  EXPECT_EQ(to_duration("0.3ms"), microseconds(300));
  EXPECT_EQ(to_duration("1.5 s"), milliseconds(1'500));
  EXPECT_EQ(to_duration("2min"), minutes(2));
  EXPECT_EQ(to_duration("7us"), microseconds(7));
  EXPECT_EQ(to_duration("7µs"), microseconds(7));
  EXPECT_EQ(to_duration("0ns"), Duration{});
}

TEST(Units, TakeSizesRatesAndChances) {
  EXPECT_EQ(to_size("64KiB"), 65'536U);
  EXPECT_EQ(to_size("1.5KiB"), 1'536U);
  EXPECT_EQ(to_rate("25Gbps"), 25'000'000'000U);
  EXPECT_EQ(to_chance("5%"), Chance{50'000'000});
  EXPECT_EQ(to_chance("0.001%"), Chance{10'000});
  EXPECT_EQ(to_chance("100%"), Chance{Chance::kAlways});
}

// What is wrong with a text, or nothing.
template <class T>
std::string complaint(const Read<T>& read) {
  return read ? std::string() : read.error();
}

TEST(Units, ABareNumberNeedsAUnit) {
  EXPECT_EQ(complaint(to_size("64")), "'64' needs a unit (B, KiB, MiB, GiB), for example 64KiB");
  EXPECT_EQ(complaint(to_duration("0")),
            "'0' needs a unit (ns, us, µs, ms, s, min, h), for example 10ms");
}

TEST(Units, AWrongUnitIsNamedWithTheNearestRightOne) {
  EXPECT_EQ(complaint(to_size("64KB")),
            "'64KB' has the unit 'KB', but it must be one of B, KiB, MiB, GiB (did you mean "
            "'KiB'?)");
  EXPECT_EQ(complaint(to_size("1gb")),
            "'1gb' has the unit 'gb', but it must be one of B, KiB, MiB, GiB (did you mean "
            "'GiB'?)");
  EXPECT_NE(complaint(to_duration("10sec")).find("'sec'"), std::string::npos);
  EXPECT_NE(complaint(to_rate("10GB/s")).find("Gbps"), std::string::npos);
}

TEST(Units, WhatDoesNotFitIsOutOfRange) {
  EXPECT_EQ(complaint(to_size("99999999999999999999GiB")),
            "'99999999999999999999GiB' is out of range");
  EXPECT_EQ(complaint(to_duration("9999999999h")), "'9999999999h' is out of range");
  EXPECT_EQ(complaint(to_chance("101%")), "'101%' is more than 100%");
  EXPECT_EQ(complaint(to_number("18446744073709551616")), "'18446744073709551616' is out of range");
}

TEST(Units, FinerThanTheSmallestUnitIsRefused) {
  EXPECT_EQ(complaint(to_duration("0.5ns")), "'0.5ns' is finer than one ns");
  EXPECT_EQ(complaint(to_size("0.3KiB")), "'0.3KiB' is finer than one B");
  EXPECT_EQ(complaint(to_duration("1.0000001s")), "'1.0000001s' is out of range");
}

TEST(Units, NonsenseIsNotANumber) {
  for (const char* text : {"", "ms", "-1ms", "1.ms", ".5ms", "1e3ms", "1,5ms", "٣ms"}) {
    EXPECT_FALSE(to_duration(text)) << text;
  }
  for (const char* text : {"", "x", "0x", "1.5", "-1", "+1", "1_000", " 1"}) {
    EXPECT_FALSE(to_number(text)) << text;
  }
}

TEST(Units, NumbersMayBeHexadecimal) {
  EXPECT_EQ(to_number("0x03030002"), 0x0303'0002U);
  EXPECT_EQ(to_number("010"), 10U);
  EXPECT_EQ(to_number("18446744073709551615"), UINT64_MAX);
}

TEST(Units, FlagsAreFourWords) {
  EXPECT_EQ(to_flag("on"), true);
  EXPECT_EQ(to_flag("false"), false);
  EXPECT_FALSE(to_flag("yes"));
  EXPECT_FALSE(to_flag("On"));
}

TEST(Units, AreShownTheShortExactWay) {
  EXPECT_EQ(show_size(65'536), "64KiB");
  EXPECT_EQ(show_size(1'500), "1500B");
  EXPECT_EQ(show_size(0), "0B");
  EXPECT_EQ(show_duration(milliseconds(1'500)), "1500ms");
  EXPECT_EQ(show_duration(microseconds(7)), "7us");
  EXPECT_EQ(show_duration(-milliseconds(2)), "-2ms");
  EXPECT_EQ(show_rate(25'000'000'000), "25Gbps");
  EXPECT_EQ(show_chance({50'000'000}), "5%");
  EXPECT_EQ(show_chance({10'000}), "0.001%");
}

}  // namespace
}  // namespace smclab::scenario
