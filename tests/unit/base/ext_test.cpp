#include "base/ext.h"

#include <gtest/gtest.h>

#include <cstdint>

namespace {

template <std::size_t Size>
struct Object {
  explicit Object(int* counter = nullptr) : destroyed(counter) {}
  ~Object() {
    if (destroyed != nullptr) ++*destroyed;
  }
  int* destroyed;
  char bytes[Size] = {};
};

template <std::size_t Size>
void expect_aligned_and_zeroed() {
  auto* object = usquic::new_with_ext<Object<Size>>(33);
  auto* ext = static_cast<unsigned char*>(usquic::ext_of(object));
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(ext) % usquic::ext_alignment, 0u) << Size;
  EXPECT_GE(ext, reinterpret_cast<unsigned char*>(object + 1));
  for (int i = 0; i < 33; ++i) {
    EXPECT_EQ(ext[i], 0);
    ext[i] = 0xff;  // the whole of it is ours
  }
  EXPECT_EQ(object->bytes[Size - 1], 0);
  usquic::delete_with_ext(object);
}

TEST(Ext, IsAlignedAndZeroedBehindObjectsOfAnySize) {
  expect_aligned_and_zeroed<1>();
  expect_aligned_and_zeroed<7>();
  expect_aligned_and_zeroed<8>();
  expect_aligned_and_zeroed<9>();
  expect_aligned_and_zeroed<24>();
  expect_aligned_and_zeroed<1000>();
}

TEST(Ext, MayBeEmptyAndTheObjectIsDestroyedOnce) {
  int destroyed = 0;
  auto* object = usquic::new_with_ext<Object<5>>(0, &destroyed);
  usquic::delete_with_ext(object);
  EXPECT_EQ(destroyed, 1);
  usquic::delete_with_ext(static_cast<Object<5>*>(nullptr));
}

}  // namespace
