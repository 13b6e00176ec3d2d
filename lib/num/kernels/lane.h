/* The doubles of simd.h with a single lane, in plain C: for functions of one value that have to
 * give the bits of the vector kernels, from the same source. */
#ifndef LP_NUM_KERNELS_LANE_H
#define LP_NUM_KERNELS_LANE_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define LP_CAT_(a, b) a##b
#define LP_CAT(a, b) LP_CAT_(a, b)
#define LP_INLINE static inline __attribute__((always_inline, unused))
#define LP_INLINE_BUT_GENERIC LP_INLINE

// clang-format off
typedef double vf8;
typedef int64_t vi8;
typedef int vm8;
enum { VF8_LANES = 1 };

LP_INLINE vf8 vf8_set1(double x) { return x; }
LP_INLINE vi8 vi8_set1(int64_t x) { return x; }
LP_INLINE vf8 vf8_load(const double *p) { return *p; }
LP_INLINE void vf8_store(double *p, vf8 a) { *p = a; }
LP_INLINE vf8 vf8_add(vf8 a, vf8 b) { return a + b; }
LP_INLINE vf8 vf8_sub(vf8 a, vf8 b) { return a - b; }
LP_INLINE vf8 vf8_mul(vf8 a, vf8 b) { return a * b; }
LP_INLINE vf8 vf8_div(vf8 a, vf8 b) { return a / b; }
LP_INLINE vf8 vf8_fma(vf8 a, vf8 b, vf8 c) { return fma(a, b, c); }
LP_INLINE vf8 vf8_max(vf8 a, vf8 b) { return a > b ? a : b; }
LP_INLINE vf8 vf8_min(vf8 a, vf8 b) { return a < b ? a : b; }
LP_INLINE vm8 vf8_lt(vf8 a, vf8 b) { return a < b; }
LP_INLINE vm8 vf8_le(vf8 a, vf8 b) { return a <= b; }
LP_INLINE vm8 vf8_eq(vf8 a, vf8 b) { return a == b; }
LP_INLINE vm8 vi8_eq(vi8 a, vi8 b) { return a == b; }
LP_INLINE int vm8_any(vm8 a) { return a; }
LP_INLINE vf8 vf8_select(vm8 m, vf8 a, vf8 b) { return m ? a : b; }
LP_INLINE vi8 vf8_bits(vf8 a) { vi8 b; memcpy(&b, &a, sizeof b); return b; }
LP_INLINE vf8 vi8_float(vi8 a) { vf8 b; memcpy(&b, &a, sizeof b); return b; }
LP_INLINE vi8 vi8_add(vi8 a, vi8 b) { return (vi8)((uint64_t)a + (uint64_t)b); }
LP_INLINE vi8 vi8_sub(vi8 a, vi8 b) { return (vi8)((uint64_t)a - (uint64_t)b); }
LP_INLINE vi8 vi8_and(vi8 a, vi8 b) { return a & b; }
LP_INLINE vi8 vi8_or(vi8 a, vi8 b) { return a | b; }
LP_INLINE vi8 vi8_xor(vi8 a, vi8 b) { return a ^ b; }
LP_INLINE vi8 vi8_shl(vi8 a, int n) { return (vi8)((uint64_t)a << n); }
LP_INLINE vi8 vi8_shr(vi8 a, int n) { return (vi8)((uint64_t)a >> n); }
LP_INLINE vf8 vf8_abs(vf8 a) { return fabs(a); }
LP_INLINE vf8 vf8_neg(vf8 a) { return -a; }
LP_INLINE vf8 vf8_copysign(vf8 a, vf8 b) { return copysign(a, b); }
// clang-format on

#endif
