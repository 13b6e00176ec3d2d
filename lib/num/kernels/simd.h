/* One small vector layer for every instruction set. A vector is always 64 bytes: 16 floats (vf4) or
 * 8 doubles (vf8), whether the CPU holds that in one register, in two or in four. So a kernel that
 * is written in vectors, compiled once per instruction set (-DLP_ISA=name), does the same
 * operations on the same lanes everywhere, and every operation here is one IEEE operation a lane:
 * the bits cannot differ. (Which NaN comes out of two is the CPU's business; that it is one is
 * not.)
 *
 *     avx512   one 512-bit register      avx2      two 256-bit registers
 *     neon     four 128-bit registers    generic   four 16-byte GNU C vectors, fma in plain C
 *
 * Types: vf4, vf8 (floats); vi4, vi8 (the same number of int32_t, int64_t); vm4, vm8 (masks, one
 * truth value a lane). Registers (rf4, rf8) are for gemm, whose tiles are counted in them.
 * LP_REGISTERS is how many registers a vector has. */
#ifndef LP_NUM_KERNELS_SIMD_H
#define LP_NUM_KERNELS_SIMD_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define LP_CAT_(a, b) a##b
#define LP_CAT(a, b) LP_CAT_(a, b)

/* The Makefile defines LP_IS_avx512, LP_IS_avx2, LP_IS_neon or LP_IS_generic. */
#if defined LP_IS_avx512
#include <immintrin.h>
#define LP_REGISTER_BYTES 64
#elif defined LP_IS_avx2
#include <immintrin.h>
#define LP_REGISTER_BYTES 32
#elif defined LP_IS_neon
#include <arm_neon.h>
#define LP_REGISTER_BYTES 16
#elif defined LP_IS_generic
#define LP_REGISTER_BYTES 16
#else
#error "num/kernels/simd.h has no registers for this instruction set"
#endif
#define LP_REGISTERS (64 / LP_REGISTER_BYTES)

#define LP_INLINE static inline __attribute__((always_inline, unused))

/* What is inlined but in plain C: there a fma is some forty operations, exp some hundred of them,
 * and a copy in every loop would cost a minute of compiling and megabytes of code for no speed. */
#ifdef LP_IS_generic
#define LP_INLINE_BUT_GENERIC static __attribute__((noinline, unused))
#else
#define LP_INLINE_BUT_GENERIC LP_INLINE
#endif

/* GCC 12 takes a vector of doubles that was narrowed to floats and widened again for the doubles
 * themselves, and so skips a rounding. What passes through here it cannot see through. */
#if defined __x86_64__
#define LP_OPAQUE(vector) __asm__("" : "+x"(vector))
#elif defined __aarch64__
#define LP_OPAQUE(vector) __asm__("" : "+w"(vector))
#else
#define LP_OPAQUE(vector) __asm__("" : "+m"(vector))
#endif

// clang-format off

/* ---- registers ---- */

typedef float rf4 __attribute__((vector_size(LP_REGISTER_BYTES)));
typedef double rf8 __attribute__((vector_size(LP_REGISTER_BYTES)));
typedef int32_t ri4 __attribute__((vector_size(LP_REGISTER_BYTES)));
typedef int64_t ri8 __attribute__((vector_size(LP_REGISTER_BYTES)));
typedef uint32_t ru4 __attribute__((vector_size(LP_REGISTER_BYTES)));
typedef uint64_t ru8 __attribute__((vector_size(LP_REGISTER_BYTES)));
enum { RF4_LANES = LP_REGISTER_BYTES / 4, RF8_LANES = LP_REGISTER_BYTES / 8 };

/* Loads and stores need no alignment. */
LP_INLINE rf4 rf4_load(const float *p) { rf4 a; memcpy(&a, p, sizeof a); return a; }
LP_INLINE rf8 rf8_load(const double *p) { rf8 a; memcpy(&a, p, sizeof a); return a; }
LP_INLINE ri4 ri4_load(const int32_t *p) { ri4 a; memcpy(&a, p, sizeof a); return a; }
LP_INLINE ri8 ri8_load(const int64_t *p) { ri8 a; memcpy(&a, p, sizeof a); return a; }
LP_INLINE void rf4_store(float *p, rf4 a) { memcpy(p, &a, sizeof a); }
LP_INLINE void rf8_store(double *p, rf8 a) { memcpy(p, &a, sizeof a); }
LP_INLINE void ri4_store(int32_t *p, ri4 a) { memcpy(p, &a, sizeof a); }
LP_INLINE void ri8_store(int64_t *p, ri8 a) { memcpy(p, &a, sizeof a); }

LP_INLINE rf4 rf4_add(rf4 a, rf4 b) { return a + b; }
LP_INLINE rf8 rf8_add(rf8 a, rf8 b) { return a + b; }
LP_INLINE rf4 rf4_sub(rf4 a, rf4 b) { return a - b; }
LP_INLINE rf8 rf8_sub(rf8 a, rf8 b) { return a - b; }
LP_INLINE rf4 rf4_mul(rf4 a, rf4 b) { return a * b; }
LP_INLINE rf8 rf8_mul(rf8 a, rf8 b) { return a * b; }
LP_INLINE rf4 rf4_div(rf4 a, rf4 b) { return a / b; }
LP_INLINE rf8 rf8_div(rf8 a, rf8 b) { return a / b; }

LP_INLINE ri4 ri4_add(ri4 a, ri4 b) { return (ri4)((ru4)a + (ru4)b); }
LP_INLINE ri8 ri8_add(ri8 a, ri8 b) { return (ri8)((ru8)a + (ru8)b); }
LP_INLINE ri4 ri4_sub(ri4 a, ri4 b) { return (ri4)((ru4)a - (ru4)b); }
LP_INLINE ri8 ri8_sub(ri8 a, ri8 b) { return (ri8)((ru8)a - (ru8)b); }
LP_INLINE ri4 ri4_and(ri4 a, ri4 b) { return a & b; }
LP_INLINE ri8 ri8_and(ri8 a, ri8 b) { return a & b; }
LP_INLINE ri4 ri4_or(ri4 a, ri4 b) { return a | b; }
LP_INLINE ri8 ri8_or(ri8 a, ri8 b) { return a | b; }
LP_INLINE ri4 ri4_xor(ri4 a, ri4 b) { return a ^ b; }
LP_INLINE ri8 ri8_xor(ri8 a, ri8 b) { return a ^ b; }
LP_INLINE ri4 ri4_shl(ri4 a, int n) { return (ri4)((ru4)a << n); }
LP_INLINE ri8 ri8_shl(ri8 a, int n) { return (ri8)((ru8)a << n); }
LP_INLINE ri4 ri4_shr(ri4 a, int n) { return (ri4)((ru4)a >> n); }
LP_INLINE ri8 ri8_shr(ri8 a, int n) { return (ri8)((ru8)a >> n); }
LP_INLINE ri4 ri4_sar(ri4 a, int n) { return a >> n; }

LP_INLINE ri4 rf4_bits(rf4 a) { return (ri4)a; }
LP_INLINE ri8 rf8_bits(rf8 a) { return (ri8)a; }
LP_INLINE rf4 ri4_float(ri4 a) { return (rf4)a; }
LP_INLINE rf8 ri8_float(ri8 a) { return (rf8)a; }

#if defined LP_IS_avx512

typedef __mmask16 rm4;
typedef __mmask8 rm8;

LP_INLINE rf4 rf4_set1(float x) { return (rf4)_mm512_set1_ps(x); }
LP_INLINE rf8 rf8_set1(double x) { return (rf8)_mm512_set1_pd(x); }
LP_INLINE ri4 ri4_set1(int32_t x) { return (ri4)_mm512_set1_epi32(x); }
LP_INLINE ri8 ri8_set1(int64_t x) { return (ri8)_mm512_set1_epi64(x); }
LP_INLINE rf4 rf4_fma(rf4 a, rf4 b, rf4 c) { return (rf4)_mm512_fmadd_ps((__m512)a, (__m512)b, (__m512)c); }
LP_INLINE rf8 rf8_fma(rf8 a, rf8 b, rf8 c) { return (rf8)_mm512_fmadd_pd((__m512d)a, (__m512d)b, (__m512d)c); }
LP_INLINE rf4 rf4_sqrt(rf4 a) { return (rf4)_mm512_sqrt_ps((__m512)a); }
LP_INLINE rf8 rf8_sqrt(rf8 a) { return (rf8)_mm512_sqrt_pd((__m512d)a); }
LP_INLINE rf4 rf4_max(rf4 a, rf4 b) { return (rf4)_mm512_max_ps((__m512)a, (__m512)b); }
LP_INLINE rf8 rf8_max(rf8 a, rf8 b) { return (rf8)_mm512_max_pd((__m512d)a, (__m512d)b); }
LP_INLINE rf4 rf4_min(rf4 a, rf4 b) { return (rf4)_mm512_min_ps((__m512)a, (__m512)b); }
LP_INLINE rf8 rf8_min(rf8 a, rf8 b) { return (rf8)_mm512_min_pd((__m512d)a, (__m512d)b); }
LP_INLINE rm4 rf4_lt(rf4 a, rf4 b) { return _mm512_cmp_ps_mask((__m512)a, (__m512)b, _CMP_LT_OQ); }
LP_INLINE rm8 rf8_lt(rf8 a, rf8 b) { return _mm512_cmp_pd_mask((__m512d)a, (__m512d)b, _CMP_LT_OQ); }
LP_INLINE rm4 rf4_le(rf4 a, rf4 b) { return _mm512_cmp_ps_mask((__m512)a, (__m512)b, _CMP_LE_OQ); }
LP_INLINE rm8 rf8_le(rf8 a, rf8 b) { return _mm512_cmp_pd_mask((__m512d)a, (__m512d)b, _CMP_LE_OQ); }
LP_INLINE rm4 rf4_eq(rf4 a, rf4 b) { return _mm512_cmp_ps_mask((__m512)a, (__m512)b, _CMP_EQ_OQ); }
LP_INLINE rm8 rf8_eq(rf8 a, rf8 b) { return _mm512_cmp_pd_mask((__m512d)a, (__m512d)b, _CMP_EQ_OQ); }
LP_INLINE rm4 rf4_nan(rf4 a) { return _mm512_cmp_ps_mask((__m512)a, (__m512)a, _CMP_UNORD_Q); }
LP_INLINE rm8 rf8_nan(rf8 a) { return _mm512_cmp_pd_mask((__m512d)a, (__m512d)a, _CMP_UNORD_Q); }
LP_INLINE rm4 ri4_eq(ri4 a, ri4 b) { return _mm512_cmpeq_epi32_mask((__m512i)a, (__m512i)b); }
LP_INLINE rm8 ri8_eq(ri8 a, ri8 b) { return _mm512_cmpeq_epi64_mask((__m512i)a, (__m512i)b); }
LP_INLINE rm4 ri4_gt(ri4 a, ri4 b) { return _mm512_cmpgt_epi32_mask((__m512i)a, (__m512i)b); }
LP_INLINE rm8 ri8_gt(ri8 a, ri8 b) { return _mm512_cmpgt_epi64_mask((__m512i)a, (__m512i)b); }
LP_INLINE rf4 rf4_select(rm4 m, rf4 a, rf4 b) { return (rf4)_mm512_mask_blend_ps(m, (__m512)b, (__m512)a); }
LP_INLINE rf8 rf8_select(rm8 m, rf8 a, rf8 b) { return (rf8)_mm512_mask_blend_pd(m, (__m512d)b, (__m512d)a); }
LP_INLINE ri4 ri4_select(rm4 m, ri4 a, ri4 b) { return (ri4)_mm512_mask_blend_epi32(m, (__m512i)b, (__m512i)a); }
LP_INLINE ri8 ri8_select(rm8 m, ri8 a, ri8 b) { return (ri8)_mm512_mask_blend_epi64(m, (__m512i)b, (__m512i)a); }
LP_INLINE rm4 rm4_and(rm4 a, rm4 b) { return a & b; }
LP_INLINE rm8 rm8_and(rm8 a, rm8 b) { return a & b; }
LP_INLINE rm4 rm4_or(rm4 a, rm4 b) { return a | b; }
LP_INLINE rm8 rm8_or(rm8 a, rm8 b) { return a | b; }
LP_INLINE rm4 rm4_not(rm4 a) { return (rm4)~a; }
LP_INLINE rm8 rm8_not(rm8 a) { return (rm8)~a; }
LP_INLINE int rm4_any(rm4 a) { return a != 0; }
LP_INLINE int rm8_any(rm8 a) { return a != 0; }

LP_INLINE rf4 rf4_even(rf4 a, rf4 b) {
    return (rf4)_mm512_permutex2var_ps((__m512)a, _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30), (__m512)b);
}
LP_INLINE rf4 rf4_odd(rf4 a, rf4 b) {
    return (rf4)_mm512_permutex2var_ps((__m512)a, _mm512_setr_epi32(1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31), (__m512)b);
}
LP_INLINE rf4 rf4_zip_low(rf4 a, rf4 b) {
    return (rf4)_mm512_permutex2var_ps((__m512)a, _mm512_setr_epi32(0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23), (__m512)b);
}
LP_INLINE rf4 rf4_zip_high(rf4 a, rf4 b) {
    return (rf4)_mm512_permutex2var_ps((__m512)a, _mm512_setr_epi32(8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31), (__m512)b);
}
LP_INLINE rf8 rf8_even(rf8 a, rf8 b) {
    return (rf8)_mm512_permutex2var_pd((__m512d)a, _mm512_setr_epi64(0, 2, 4, 6, 8, 10, 12, 14), (__m512d)b);
}
LP_INLINE rf8 rf8_odd(rf8 a, rf8 b) {
    return (rf8)_mm512_permutex2var_pd((__m512d)a, _mm512_setr_epi64(1, 3, 5, 7, 9, 11, 13, 15), (__m512d)b);
}
LP_INLINE rf8 rf8_zip_low(rf8 a, rf8 b) {
    return (rf8)_mm512_permutex2var_pd((__m512d)a, _mm512_setr_epi64(0, 8, 1, 9, 2, 10, 3, 11), (__m512d)b);
}
LP_INLINE rf8 rf8_zip_high(rf8 a, rf8 b) {
    return (rf8)_mm512_permutex2var_pd((__m512d)a, _mm512_setr_epi64(4, 12, 5, 13, 6, 14, 7, 15), (__m512d)b);
}

/* The first n lanes (n may exceed them); the others are zero, or not written. */
LP_INLINE rm4 rm4_first(size_t n) { return (rm4)((1u << (n > 16 ? 16 : n)) - 1); }
LP_INLINE rm8 rm8_first(size_t n) { return (rm8)((1u << (n > 8 ? 8 : n)) - 1); }
LP_INLINE rf4 rf4_load_n(const float *p, size_t n) { return (rf4)_mm512_maskz_loadu_ps(rm4_first(n), p); }
LP_INLINE rf8 rf8_load_n(const double *p, size_t n) { return (rf8)_mm512_maskz_loadu_pd(rm8_first(n), p); }
LP_INLINE void rf4_store_n(float *p, rf4 a, size_t n) { _mm512_mask_storeu_ps(p, rm4_first(n), (__m512)a); }
LP_INLINE void rf8_store_n(double *p, rf8 a, size_t n) { _mm512_mask_storeu_pd(p, rm8_first(n), (__m512d)a); }

#else /* masks are integer vectors of 0 and -1 */

typedef ri4 rm4;
typedef ri8 rm8;

#if defined LP_IS_avx2

LP_INLINE rf4 rf4_set1(float x) { return (rf4)_mm256_set1_ps(x); }
LP_INLINE rf8 rf8_set1(double x) { return (rf8)_mm256_set1_pd(x); }
LP_INLINE ri4 ri4_set1(int32_t x) { return (ri4)_mm256_set1_epi32(x); }
LP_INLINE ri8 ri8_set1(int64_t x) { return (ri8)_mm256_set1_epi64x(x); }
LP_INLINE rf4 rf4_fma(rf4 a, rf4 b, rf4 c) { return (rf4)_mm256_fmadd_ps((__m256)a, (__m256)b, (__m256)c); }
LP_INLINE rf8 rf8_fma(rf8 a, rf8 b, rf8 c) { return (rf8)_mm256_fmadd_pd((__m256d)a, (__m256d)b, (__m256d)c); }
LP_INLINE rf4 rf4_sqrt(rf4 a) { return (rf4)_mm256_sqrt_ps((__m256)a); }
LP_INLINE rf8 rf8_sqrt(rf8 a) { return (rf8)_mm256_sqrt_pd((__m256d)a); }
LP_INLINE rf4 rf4_max(rf4 a, rf4 b) { return (rf4)_mm256_max_ps((__m256)a, (__m256)b); }
LP_INLINE rf8 rf8_max(rf8 a, rf8 b) { return (rf8)_mm256_max_pd((__m256d)a, (__m256d)b); }
LP_INLINE rf4 rf4_min(rf4 a, rf4 b) { return (rf4)_mm256_min_ps((__m256)a, (__m256)b); }
LP_INLINE rf8 rf8_min(rf8 a, rf8 b) { return (rf8)_mm256_min_pd((__m256d)a, (__m256d)b); }
LP_INLINE rf4 rf4_select(rm4 m, rf4 a, rf4 b) { return (rf4)_mm256_blendv_ps((__m256)b, (__m256)a, (__m256)m); }
LP_INLINE rf8 rf8_select(rm8 m, rf8 a, rf8 b) { return (rf8)_mm256_blendv_pd((__m256d)b, (__m256d)a, (__m256d)m); }
LP_INLINE rf4 rf4_even(rf4 a, rf4 b) {
    return (rf4)_mm256_permute4x64_pd((__m256d)_mm256_shuffle_ps((__m256)a, (__m256)b, 0x88), 0xd8);
}
LP_INLINE rf4 rf4_odd(rf4 a, rf4 b) {
    return (rf4)_mm256_permute4x64_pd((__m256d)_mm256_shuffle_ps((__m256)a, (__m256)b, 0xdd), 0xd8);
}
LP_INLINE rf4 rf4_zip_low(rf4 a, rf4 b) {
    return (rf4)_mm256_permute2f128_ps(_mm256_unpacklo_ps((__m256)a, (__m256)b), _mm256_unpackhi_ps((__m256)a, (__m256)b), 0x20);
}
LP_INLINE rf4 rf4_zip_high(rf4 a, rf4 b) {
    return (rf4)_mm256_permute2f128_ps(_mm256_unpacklo_ps((__m256)a, (__m256)b), _mm256_unpackhi_ps((__m256)a, (__m256)b), 0x31);
}
LP_INLINE rf8 rf8_even(rf8 a, rf8 b) { return (rf8)_mm256_permute4x64_pd(_mm256_unpacklo_pd((__m256d)a, (__m256d)b), 0xd8); }
LP_INLINE rf8 rf8_odd(rf8 a, rf8 b) { return (rf8)_mm256_permute4x64_pd(_mm256_unpackhi_pd((__m256d)a, (__m256d)b), 0xd8); }
LP_INLINE rf8 rf8_zip_low(rf8 a, rf8 b) {
    return (rf8)_mm256_permute2f128_pd(_mm256_unpacklo_pd((__m256d)a, (__m256d)b), _mm256_unpackhi_pd((__m256d)a, (__m256d)b), 0x20);
}
LP_INLINE rf8 rf8_zip_high(rf8 a, rf8 b) {
    return (rf8)_mm256_permute2f128_pd(_mm256_unpacklo_pd((__m256d)a, (__m256d)b), _mm256_unpackhi_pd((__m256d)a, (__m256d)b), 0x31);
}
LP_INLINE int rm4_any(rm4 a) { return _mm256_movemask_ps((__m256)a) != 0; }
LP_INLINE int rm8_any(rm8 a) { return _mm256_movemask_pd((__m256d)a) != 0; }

LP_INLINE rm4 rm4_first(size_t n) {
    static const int32_t mask[16] = {-1, -1, -1, -1, -1, -1, -1, -1};
    return ri4_load(mask + 8 - (n > 8 ? 8 : n));
}
LP_INLINE rm8 rm8_first(size_t n) {
    static const int64_t mask[8] = {-1, -1, -1, -1};
    return ri8_load(mask + 4 - (n > 4 ? 4 : n));
}
LP_INLINE rf4 rf4_load_n(const float *p, size_t n) { return (rf4)_mm256_maskload_ps(p, (__m256i)rm4_first(n)); }
LP_INLINE rf8 rf8_load_n(const double *p, size_t n) { return (rf8)_mm256_maskload_pd(p, (__m256i)rm8_first(n)); }
LP_INLINE void rf4_store_n(float *p, rf4 a, size_t n) { _mm256_maskstore_ps(p, (__m256i)rm4_first(n), (__m256)a); }
LP_INLINE void rf8_store_n(double *p, rf8 a, size_t n) { _mm256_maskstore_pd(p, (__m256i)rm8_first(n), (__m256d)a); }

#else /* neon and generic */

LP_INLINE rf4 rf4_set1(float x) { return (rf4){x, x, x, x}; }
LP_INLINE rf8 rf8_set1(double x) { return (rf8){x, x}; }
LP_INLINE ri4 ri4_set1(int32_t x) { return (ri4){x, x, x, x}; }
LP_INLINE ri8 ri8_set1(int64_t x) { return (ri8){x, x}; }
LP_INLINE rf4 rf4_select(rm4 m, rf4 a, rf4 b) { return (rf4)((m & (ri4)a) | (~m & (ri4)b)); }
LP_INLINE rf8 rf8_select(rm8 m, rf8 a, rf8 b) { return (rf8)((m & (ri8)a) | (~m & (ri8)b)); }
LP_INLINE rf4 rf4_max(rf4 a, rf4 b) { return rf4_select(a > b, a, b); }
LP_INLINE rf8 rf8_max(rf8 a, rf8 b) { return rf8_select(a > b, a, b); }
LP_INLINE rf4 rf4_min(rf4 a, rf4 b) { return rf4_select(a < b, a, b); }
LP_INLINE rf8 rf8_min(rf8 a, rf8 b) { return rf8_select(a < b, a, b); }
LP_INLINE rf4 rf4_even(rf4 a, rf4 b) { return (rf4){a[0], a[2], b[0], b[2]}; }
LP_INLINE rf8 rf8_even(rf8 a, rf8 b) { return (rf8){a[0], b[0]}; }
LP_INLINE rf4 rf4_odd(rf4 a, rf4 b) { return (rf4){a[1], a[3], b[1], b[3]}; }
LP_INLINE rf8 rf8_odd(rf8 a, rf8 b) { return (rf8){a[1], b[1]}; }
LP_INLINE rf4 rf4_zip_low(rf4 a, rf4 b) { return (rf4){a[0], b[0], a[1], b[1]}; }
LP_INLINE rf8 rf8_zip_low(rf8 a, rf8 b) { return (rf8){a[0], b[0]}; }
LP_INLINE rf4 rf4_zip_high(rf4 a, rf4 b) { return (rf4){a[2], b[2], a[3], b[3]}; }
LP_INLINE rf8 rf8_zip_high(rf8 a, rf8 b) { return (rf8){a[1], b[1]}; }
LP_INLINE int rm4_any(rm4 a) { return (a[0] | a[1] | a[2] | a[3]) != 0; }
LP_INLINE int rm8_any(rm8 a) { return (a[0] | a[1]) != 0; }
LP_INLINE rm4 rm4_first(size_t n) {
    static const int32_t mask[8] = {-1, -1, -1, -1};
    return ri4_load(mask + 4 - (n > 4 ? 4 : n));
}
LP_INLINE rm8 rm8_first(size_t n) {
    static const int64_t mask[4] = {-1, -1};
    return ri8_load(mask + 2 - (n > 2 ? 2 : n));
}
LP_INLINE rf4 rf4_load_n(const float *p, size_t n) {
    rf4 a = {0, 0, 0, 0};
    if (n >= 4) return rf4_load(p);
    if (n > 0) a[0] = p[0];
    if (n > 1) a[1] = p[1];
    if (n > 2) a[2] = p[2];
    return a;
}
LP_INLINE rf8 rf8_load_n(const double *p, size_t n) {
    rf8 a = {0, 0};
    if (n >= 2) return rf8_load(p);
    if (n > 0) a[0] = p[0];
    return a;
}
LP_INLINE void rf4_store_n(float *p, rf4 a, size_t n) {
    if (n >= 4) { rf4_store(p, a); return; }
    if (n > 0) p[0] = a[0];
    if (n > 1) p[1] = a[1];
    if (n > 2) p[2] = a[2];
}
LP_INLINE void rf8_store_n(double *p, rf8 a, size_t n) {
    if (n >= 2) rf8_store(p, a);
    else if (n > 0) p[0] = a[0];
}

#if defined LP_IS_neon
LP_INLINE rf4 rf4_fma(rf4 a, rf4 b, rf4 c) { return (rf4)vfmaq_f32((float32x4_t)c, (float32x4_t)a, (float32x4_t)b); }
LP_INLINE rf8 rf8_fma(rf8 a, rf8 b, rf8 c) { return (rf8)vfmaq_f64((float64x2_t)c, (float64x2_t)a, (float64x2_t)b); }
LP_INLINE rf4 rf4_sqrt(rf4 a) { return (rf4)vsqrtq_f32((float32x4_t)a); }
LP_INLINE rf8 rf8_sqrt(rf8 a) { return (rf8)vsqrtq_f64((float64x2_t)a); }
#else
#if defined __FP_FAST_FMA && defined __FP_FAST_FMAF
LP_INLINE rf4 rf4_fma(rf4 a, rf4 b, rf4 c) {
    return (rf4){__builtin_fmaf(a[0], b[0], c[0]), __builtin_fmaf(a[1], b[1], c[1]),
                 __builtin_fmaf(a[2], b[2], c[2]), __builtin_fmaf(a[3], b[3], c[3])};
}
#else
/* Two fused multiply-adds of floats in doubles: the product is exact; the sum is rounded to odd
 * (a discarded rest sets the last bit), which makes the second rounding, to float, the only one
 * that counts (Boldo and Melquiond 2008, "Emulation of FMA and correctly rounded sums"). */
LP_INLINE rf8 rf8_product_sum_to_odd(rf8 a, rf8 b, rf8 c) {
    rf8 p = a * b, s = p + c, t = s - p;
    rf8 rest = (p - (s - t)) + (c - t); /* NaN where s is not finite: both comparisons fail */
    ri8 even = ((ri8)s & 1) - 1;
    ri8 away = (rest > 0) ^ ((ri8)s < 0), any = (rest > 0) | (rest < 0);
    /* One unit of the last place towards the rest: +1 where it points away from zero. */
    return (rf8)((ri8)s + (any & even & ((away & 2) - 1)));
}
LP_INLINE_BUT_GENERIC rf4 rf4_fma(rf4 a, rf4 b, rf4 c) {
    rf8 low = rf8_product_sum_to_odd((rf8){a[0], a[1]}, (rf8){b[0], b[1]}, (rf8){c[0], c[1]});
    rf8 high = rf8_product_sum_to_odd((rf8){a[2], a[3]}, (rf8){b[2], b[3]}, (rf8){c[2], c[3]});
    rf4 sum = {(float)low[0], (float)low[1], (float)high[0], (float)high[1]};
    LP_OPAQUE(sum);
    return sum;
}
#endif
LP_INLINE rf8 rf8_fma(rf8 a, rf8 b, rf8 c) { return (rf8){fma(a[0], b[0], c[0]), fma(a[1], b[1], c[1])}; }
LP_INLINE rf4 rf4_sqrt(rf4 a) { return (rf4){sqrtf(a[0]), sqrtf(a[1]), sqrtf(a[2]), sqrtf(a[3])}; }
LP_INLINE rf8 rf8_sqrt(rf8 a) { return (rf8){sqrt(a[0]), sqrt(a[1])}; }
#endif
#endif

LP_INLINE rm4 rf4_lt(rf4 a, rf4 b) { return a < b; }
LP_INLINE rm8 rf8_lt(rf8 a, rf8 b) { return a < b; }
LP_INLINE rm4 rf4_le(rf4 a, rf4 b) { return a <= b; }
LP_INLINE rm8 rf8_le(rf8 a, rf8 b) { return a <= b; }
LP_INLINE rm4 rf4_eq(rf4 a, rf4 b) { return a == b; }
LP_INLINE rm8 rf8_eq(rf8 a, rf8 b) { return a == b; }
LP_INLINE rm4 rf4_nan(rf4 a) { return a != a; }
LP_INLINE rm8 rf8_nan(rf8 a) { return a != a; }
LP_INLINE rm4 ri4_eq(ri4 a, ri4 b) { return a == b; }
LP_INLINE rm8 ri8_eq(ri8 a, ri8 b) { return a == b; }
LP_INLINE rm4 ri4_gt(ri4 a, ri4 b) { return a > b; }
LP_INLINE rm8 ri8_gt(ri8 a, ri8 b) { return a > b; }
LP_INLINE ri4 ri4_select(rm4 m, ri4 a, ri4 b) { return (m & a) | (~m & b); }
LP_INLINE ri8 ri8_select(rm8 m, ri8 a, ri8 b) { return (m & a) | (~m & b); }
LP_INLINE rm4 rm4_and(rm4 a, rm4 b) { return a & b; }
LP_INLINE rm8 rm8_and(rm8 a, rm8 b) { return a & b; }
LP_INLINE rm4 rm4_or(rm4 a, rm4 b) { return a | b; }
LP_INLINE rm8 rm8_or(rm8 a, rm8 b) { return a | b; }
LP_INLINE rm4 rm4_not(rm4 a) { return ~a; }
LP_INLINE rm8 rm8_not(rm8 a) { return ~a; }
#endif

/* ---- vectors of 64 bytes ---- */

enum { VF4_LANES = 16, VF8_LANES = 8 };

#if LP_REGISTERS == 1
typedef rf4 vf4; typedef rf8 vf8; typedef ri4 vi4; typedef ri8 vi8; typedef rm4 vm4; typedef rm8 vm8;
#define LP_REG(a, i) (a)
#define LP_EACH0(V, f, ...) f(__VA_ARGS__)
#define LP_EACH1(V, f, a, ...) f(a, ##__VA_ARGS__)
#define LP_EACH2(V, f, a, b) f(a, b)
#define LP_EACH3(V, f, a, b, c) f(a, b, c)
#define LP_ANY(f, a) f(a)
#define LP_UNZIP(V, f, a, b) f(a, b)
#define LP_ZIP_LOW(V, low, high, a, b) low(a, b)
#define LP_ZIP_HIGH(V, low, high, a, b) high(a, b)
#define LP_LOAD(V, f, p, lanes) f(p)
#define LP_LOAD_N(V, f, p, n, lanes) f(p, n)
#define LP_FIRST(V, f, n, lanes) f(n)
#define LP_STORE(f, p, a, lanes) f(p, a)
#define LP_STORE_N(f, p, a, n, lanes) f(p, a, n)
#else
typedef struct { rf4 r[LP_REGISTERS]; } vf4;
typedef struct { rf8 r[LP_REGISTERS]; } vf8;
typedef struct { ri4 r[LP_REGISTERS]; } vi4;
typedef struct { ri8 r[LP_REGISTERS]; } vi8;
typedef struct { rm4 r[LP_REGISTERS]; } vm4;
typedef struct { rm8 r[LP_REGISTERS]; } vm8;
#define LP_REG(a, i) ((a).r[i])
/* Lanes of n that are left for the register after `skip` lanes. */
#define LP_LEFT(n, skip) ((n) > (size_t)(skip) ? (n) - (size_t)(skip) : 0)
#if LP_REGISTERS == 2
#define LP_EACH0(V, f, ...) ((V){{f(__VA_ARGS__), f(__VA_ARGS__)}})
#define LP_EACH1(V, f, a, ...) ((V){{f((a).r[0], ##__VA_ARGS__), f((a).r[1], ##__VA_ARGS__)}})
#define LP_EACH2(V, f, a, b) ((V){{f((a).r[0], (b).r[0]), f((a).r[1], (b).r[1])}})
#define LP_EACH3(V, f, a, b, c) ((V){{f((a).r[0], (b).r[0], (c).r[0]), f((a).r[1], (b).r[1], (c).r[1])}})
#define LP_ANY(f, a) (f((a).r[0]) | f((a).r[1]))
#define LP_UNZIP(V, f, a, b) ((V){{f((a).r[0], (a).r[1]), f((b).r[0], (b).r[1])}})
#define LP_ZIP_LOW(V, low, high, a, b) ((V){{low((a).r[0], (b).r[0]), high((a).r[0], (b).r[0])}})
#define LP_ZIP_HIGH(V, low, high, a, b) ((V){{low((a).r[1], (b).r[1]), high((a).r[1], (b).r[1])}})
#define LP_LOAD(V, f, p, lanes) ((V){{f(p), f((p) + lanes)}})
#define LP_LOAD_N(V, f, p, n, lanes) ((V){{f(p, n), f((p) + lanes, LP_LEFT(n, lanes))}})
#define LP_FIRST(V, f, n, lanes) ((V){{f(n), f(LP_LEFT(n, lanes))}})
#define LP_STORE(f, p, a, lanes) (f(p, (a).r[0]), f((p) + lanes, (a).r[1]))
#define LP_STORE_N(f, p, a, n, lanes) (f(p, (a).r[0], n), f((p) + lanes, (a).r[1], LP_LEFT(n, lanes)))
#else
#define LP_EACH0(V, f, ...) ((V){{f(__VA_ARGS__), f(__VA_ARGS__), f(__VA_ARGS__), f(__VA_ARGS__)}})
#define LP_EACH1(V, f, a, ...) ((V){{f((a).r[0], ##__VA_ARGS__), f((a).r[1], ##__VA_ARGS__), \
                                     f((a).r[2], ##__VA_ARGS__), f((a).r[3], ##__VA_ARGS__)}})
#define LP_EACH2(V, f, a, b) ((V){{f((a).r[0], (b).r[0]), f((a).r[1], (b).r[1]), \
                                   f((a).r[2], (b).r[2]), f((a).r[3], (b).r[3])}})
#define LP_EACH3(V, f, a, b, c) ((V){{f((a).r[0], (b).r[0], (c).r[0]), f((a).r[1], (b).r[1], (c).r[1]), \
                                      f((a).r[2], (b).r[2], (c).r[2]), f((a).r[3], (b).r[3], (c).r[3])}})
#define LP_ANY(f, a) (f((a).r[0]) | f((a).r[1]) | f((a).r[2]) | f((a).r[3]))
#define LP_UNZIP(V, f, a, b) ((V){{f((a).r[0], (a).r[1]), f((a).r[2], (a).r[3]), \
                                   f((b).r[0], (b).r[1]), f((b).r[2], (b).r[3])}})
#define LP_ZIP_LOW(V, low, high, a, b) ((V){{low((a).r[0], (b).r[0]), high((a).r[0], (b).r[0]), \
                                             low((a).r[1], (b).r[1]), high((a).r[1], (b).r[1])}})
#define LP_ZIP_HIGH(V, low, high, a, b) ((V){{low((a).r[2], (b).r[2]), high((a).r[2], (b).r[2]), \
                                              low((a).r[3], (b).r[3]), high((a).r[3], (b).r[3])}})
#define LP_LOAD(V, f, p, lanes) ((V){{f(p), f((p) + lanes), f((p) + 2 * lanes), f((p) + 3 * lanes)}})
#define LP_LOAD_N(V, f, p, n, lanes) ((V){{f(p, n), f((p) + lanes, LP_LEFT(n, lanes)), \
    f((p) + 2 * lanes, LP_LEFT(n, 2 * lanes)), f((p) + 3 * lanes, LP_LEFT(n, 3 * lanes))}})
#define LP_FIRST(V, f, n, lanes) ((V){{f(n), f(LP_LEFT(n, lanes)), f(LP_LEFT(n, 2 * lanes)), f(LP_LEFT(n, 3 * lanes))}})
#define LP_STORE(f, p, a, lanes) (f(p, (a).r[0]), f((p) + lanes, (a).r[1]), \
                                  f((p) + 2 * lanes, (a).r[2]), f((p) + 3 * lanes, (a).r[3]))
#define LP_STORE_N(f, p, a, n, lanes) (f(p, (a).r[0], n), f((p) + lanes, (a).r[1], LP_LEFT(n, lanes)), \
    f((p) + 2 * lanes, (a).r[2], LP_LEFT(n, 2 * lanes)), f((p) + 3 * lanes, (a).r[3], LP_LEFT(n, 3 * lanes)))
#endif
#endif

LP_INLINE vf4 vf4_set1(float x) { return LP_EACH0(vf4, rf4_set1, x); }
LP_INLINE vf8 vf8_set1(double x) { return LP_EACH0(vf8, rf8_set1, x); }
LP_INLINE vi4 vi4_set1(int32_t x) { return LP_EACH0(vi4, ri4_set1, x); }
LP_INLINE vi8 vi8_set1(int64_t x) { return LP_EACH0(vi8, ri8_set1, x); }

LP_INLINE vf4 vf4_load(const float *p) { return LP_LOAD(vf4, rf4_load, p, RF4_LANES); }
LP_INLINE vf8 vf8_load(const double *p) { return LP_LOAD(vf8, rf8_load, p, RF8_LANES); }
LP_INLINE vi4 vi4_load(const int32_t *p) { return LP_LOAD(vi4, ri4_load, p, RF4_LANES); }
LP_INLINE vi8 vi8_load(const int64_t *p) { return LP_LOAD(vi8, ri8_load, p, RF8_LANES); }
LP_INLINE void vf4_store(float *p, vf4 a) { LP_STORE(rf4_store, p, a, RF4_LANES); }
LP_INLINE void vf8_store(double *p, vf8 a) { LP_STORE(rf8_store, p, a, RF8_LANES); }
LP_INLINE void vi4_store(int32_t *p, vi4 a) { LP_STORE(ri4_store, p, a, RF4_LANES); }
LP_INLINE void vi8_store(int64_t *p, vi8 a) { LP_STORE(ri8_store, p, a, RF8_LANES); }

/* The first n lanes, n up to all of them: the others are read as zero without touching memory, and
 * not written. */
LP_INLINE vf4 vf4_load_n(const float *p, size_t n) { return LP_LOAD_N(vf4, rf4_load_n, p, n, RF4_LANES); }
LP_INLINE vf8 vf8_load_n(const double *p, size_t n) { return LP_LOAD_N(vf8, rf8_load_n, p, n, RF8_LANES); }
LP_INLINE void vf4_store_n(float *p, vf4 a, size_t n) { LP_STORE_N(rf4_store_n, p, a, n, RF4_LANES); }
LP_INLINE void vf8_store_n(double *p, vf8 a, size_t n) { LP_STORE_N(rf8_store_n, p, a, n, RF8_LANES); }
LP_INLINE vm4 vm4_first(size_t n) { return LP_FIRST(vm4, rm4_first, n, RF4_LANES); }
LP_INLINE vm8 vm8_first(size_t n) { return LP_FIRST(vm8, rm8_first, n, RF8_LANES); }

LP_INLINE vf4 vf4_add(vf4 a, vf4 b) { return LP_EACH2(vf4, rf4_add, a, b); }
LP_INLINE vf8 vf8_add(vf8 a, vf8 b) { return LP_EACH2(vf8, rf8_add, a, b); }
LP_INLINE vf4 vf4_sub(vf4 a, vf4 b) { return LP_EACH2(vf4, rf4_sub, a, b); }
LP_INLINE vf8 vf8_sub(vf8 a, vf8 b) { return LP_EACH2(vf8, rf8_sub, a, b); }
LP_INLINE vf4 vf4_mul(vf4 a, vf4 b) { return LP_EACH2(vf4, rf4_mul, a, b); }
LP_INLINE vf8 vf8_mul(vf8 a, vf8 b) { return LP_EACH2(vf8, rf8_mul, a, b); }
LP_INLINE vf4 vf4_div(vf4 a, vf4 b) { return LP_EACH2(vf4, rf4_div, a, b); }
LP_INLINE vf8 vf8_div(vf8 a, vf8 b) { return LP_EACH2(vf8, rf8_div, a, b); }
LP_INLINE vf4 vf4_sqrt(vf4 a) { return LP_EACH1(vf4, rf4_sqrt, a); }
LP_INLINE vf8 vf8_sqrt(vf8 a) { return LP_EACH1(vf8, rf8_sqrt, a); }
/* a * b + c, rounded once. */
LP_INLINE vf4 vf4_fma(vf4 a, vf4 b, vf4 c) { return LP_EACH3(vf4, rf4_fma, a, b, c); }
LP_INLINE vf8 vf8_fma(vf8 a, vf8 b, vf8 c) { return LP_EACH3(vf8, rf8_fma, a, b, c); }
/* a > b ? a : b, and a < b ? a : b: so b where either is NaN. */
LP_INLINE vf4 vf4_max(vf4 a, vf4 b) { return LP_EACH2(vf4, rf4_max, a, b); }
LP_INLINE vf8 vf8_max(vf8 a, vf8 b) { return LP_EACH2(vf8, rf8_max, a, b); }
LP_INLINE vf4 vf4_min(vf4 a, vf4 b) { return LP_EACH2(vf4, rf4_min, a, b); }
LP_INLINE vf8 vf8_min(vf8 a, vf8 b) { return LP_EACH2(vf8, rf8_min, a, b); }

/* Comparisons are false where a NaN takes part. */
LP_INLINE vm4 vf4_lt(vf4 a, vf4 b) { return LP_EACH2(vm4, rf4_lt, a, b); }
LP_INLINE vm8 vf8_lt(vf8 a, vf8 b) { return LP_EACH2(vm8, rf8_lt, a, b); }
LP_INLINE vm4 vf4_le(vf4 a, vf4 b) { return LP_EACH2(vm4, rf4_le, a, b); }
LP_INLINE vm8 vf8_le(vf8 a, vf8 b) { return LP_EACH2(vm8, rf8_le, a, b); }
LP_INLINE vm4 vf4_eq(vf4 a, vf4 b) { return LP_EACH2(vm4, rf4_eq, a, b); }
LP_INLINE vm8 vf8_eq(vf8 a, vf8 b) { return LP_EACH2(vm8, rf8_eq, a, b); }
LP_INLINE vm4 vf4_nan(vf4 a) { return LP_EACH1(vm4, rf4_nan, a); }
LP_INLINE vm8 vf8_nan(vf8 a) { return LP_EACH1(vm8, rf8_nan, a); }
LP_INLINE vm4 vi4_eq(vi4 a, vi4 b) { return LP_EACH2(vm4, ri4_eq, a, b); }
LP_INLINE vm8 vi8_eq(vi8 a, vi8 b) { return LP_EACH2(vm8, ri8_eq, a, b); }
LP_INLINE vm4 vi4_gt(vi4 a, vi4 b) { return LP_EACH2(vm4, ri4_gt, a, b); }
LP_INLINE vm8 vi8_gt(vi8 a, vi8 b) { return LP_EACH2(vm8, ri8_gt, a, b); }
LP_INLINE vm4 vm4_and(vm4 a, vm4 b) { return LP_EACH2(vm4, rm4_and, a, b); }
LP_INLINE vm8 vm8_and(vm8 a, vm8 b) { return LP_EACH2(vm8, rm8_and, a, b); }
LP_INLINE vm4 vm4_or(vm4 a, vm4 b) { return LP_EACH2(vm4, rm4_or, a, b); }
LP_INLINE vm8 vm8_or(vm8 a, vm8 b) { return LP_EACH2(vm8, rm8_or, a, b); }
LP_INLINE vm4 vm4_not(vm4 a) { return LP_EACH1(vm4, rm4_not, a); }
LP_INLINE vm8 vm8_not(vm8 a) { return LP_EACH1(vm8, rm8_not, a); }
LP_INLINE int vm4_any(vm4 a) { return LP_ANY(rm4_any, a); }
LP_INLINE int vm8_any(vm8 a) { return LP_ANY(rm8_any, a); }
/* m ? a : b */
LP_INLINE vf4 vf4_select(vm4 m, vf4 a, vf4 b) { return LP_EACH3(vf4, rf4_select, m, a, b); }
LP_INLINE vf8 vf8_select(vm8 m, vf8 a, vf8 b) { return LP_EACH3(vf8, rf8_select, m, a, b); }
LP_INLINE vi4 vi4_select(vm4 m, vi4 a, vi4 b) { return LP_EACH3(vi4, ri4_select, m, a, b); }
LP_INLINE vi8 vi8_select(vm8 m, vi8 a, vi8 b) { return LP_EACH3(vi8, ri8_select, m, a, b); }

/* a and b as one row of elements: its even ones, and its odd ones. */
LP_INLINE vf4 vf4_even(vf4 a, vf4 b) { return LP_UNZIP(vf4, rf4_even, a, b); }
LP_INLINE vf8 vf8_even(vf8 a, vf8 b) { return LP_UNZIP(vf8, rf8_even, a, b); }
LP_INLINE vf4 vf4_odd(vf4 a, vf4 b) { return LP_UNZIP(vf4, rf4_odd, a, b); }
LP_INLINE vf8 vf8_odd(vf8 a, vf8 b) { return LP_UNZIP(vf8, rf8_odd, a, b); }
/* a[0], b[0], a[1], b[1], ...: the first half of that row, and the second. */
LP_INLINE vf4 vf4_zip_low(vf4 a, vf4 b) { return LP_ZIP_LOW(vf4, rf4_zip_low, rf4_zip_high, a, b); }
LP_INLINE vf8 vf8_zip_low(vf8 a, vf8 b) { return LP_ZIP_LOW(vf8, rf8_zip_low, rf8_zip_high, a, b); }
LP_INLINE vf4 vf4_zip_high(vf4 a, vf4 b) { return LP_ZIP_HIGH(vf4, rf4_zip_low, rf4_zip_high, a, b); }
LP_INLINE vf8 vf8_zip_high(vf8 a, vf8 b) { return LP_ZIP_HIGH(vf8, rf8_zip_low, rf8_zip_high, a, b); }

/* The same bits, seen as integers, and back. */
LP_INLINE vi4 vf4_bits(vf4 a) { return LP_EACH1(vi4, rf4_bits, a); }
LP_INLINE vi8 vf8_bits(vf8 a) { return LP_EACH1(vi8, rf8_bits, a); }
LP_INLINE vf4 vi4_float(vi4 a) { return LP_EACH1(vf4, ri4_float, a); }
LP_INLINE vf8 vi8_float(vi8 a) { return LP_EACH1(vf8, ri8_float, a); }

/* Integers wrap around; shr shifts zeros in, sar the sign. */
LP_INLINE vi4 vi4_add(vi4 a, vi4 b) { return LP_EACH2(vi4, ri4_add, a, b); }
LP_INLINE vi8 vi8_add(vi8 a, vi8 b) { return LP_EACH2(vi8, ri8_add, a, b); }
LP_INLINE vi4 vi4_sub(vi4 a, vi4 b) { return LP_EACH2(vi4, ri4_sub, a, b); }
LP_INLINE vi8 vi8_sub(vi8 a, vi8 b) { return LP_EACH2(vi8, ri8_sub, a, b); }
LP_INLINE vi4 vi4_and(vi4 a, vi4 b) { return LP_EACH2(vi4, ri4_and, a, b); }
LP_INLINE vi8 vi8_and(vi8 a, vi8 b) { return LP_EACH2(vi8, ri8_and, a, b); }
LP_INLINE vi4 vi4_or(vi4 a, vi4 b) { return LP_EACH2(vi4, ri4_or, a, b); }
LP_INLINE vi8 vi8_or(vi8 a, vi8 b) { return LP_EACH2(vi8, ri8_or, a, b); }
LP_INLINE vi4 vi4_xor(vi4 a, vi4 b) { return LP_EACH2(vi4, ri4_xor, a, b); }
LP_INLINE vi8 vi8_xor(vi8 a, vi8 b) { return LP_EACH2(vi8, ri8_xor, a, b); }
LP_INLINE vi4 vi4_shl(vi4 a, int n) { return LP_EACH1(vi4, ri4_shl, a, n); }
LP_INLINE vi8 vi8_shl(vi8 a, int n) { return LP_EACH1(vi8, ri8_shl, a, n); }
LP_INLINE vi4 vi4_shr(vi4 a, int n) { return LP_EACH1(vi4, ri4_shr, a, n); }
LP_INLINE vi8 vi8_shr(vi8 a, int n) { return LP_EACH1(vi8, ri8_shr, a, n); }
LP_INLINE vi4 vi4_sar(vi4 a, int n) { return LP_EACH1(vi4, ri4_sar, a, n); }

/* |a|, -a (the sign bit alone: also of NaN and zero), and a with the sign of b. */
LP_INLINE vf4 vf4_abs(vf4 a) { return vi4_float(vi4_and(vf4_bits(a), vi4_set1(INT32_MAX))); }
LP_INLINE vf8 vf8_abs(vf8 a) { return vi8_float(vi8_and(vf8_bits(a), vi8_set1(INT64_MAX))); }
LP_INLINE vf4 vf4_neg(vf4 a) { return vi4_float(vi4_xor(vf4_bits(a), vi4_set1(INT32_MIN))); }
LP_INLINE vf8 vf8_neg(vf8 a) { return vi8_float(vi8_xor(vf8_bits(a), vi8_set1(INT64_MIN))); }
LP_INLINE vf4 vf4_copysign(vf4 a, vf4 b) {
    return vi4_float(vi4_or(vi4_and(vf4_bits(a), vi4_set1(INT32_MAX)), vi4_and(vf4_bits(b), vi4_set1(INT32_MIN))));
}
LP_INLINE vf8 vf8_copysign(vf8 a, vf8 b) {
    return vi8_float(vi8_or(vi8_and(vf8_bits(a), vi8_set1(INT64_MAX)), vi8_and(vf8_bits(b), vi8_set1(INT64_MIN))));
}

/* Lanes 0..7 and 8..15 as doubles, exactly; and the two halves back, each lane rounded. */
#if defined LP_IS_avx512
LP_INLINE vf8 vf4_widen_low(vf4 a) { return (vf8)_mm512_cvtps_pd(_mm512_castps512_ps256((__m512)a)); }
LP_INLINE vf8 vf4_widen_high(vf4 a) { return (vf8)_mm512_cvtps_pd(_mm512_extractf32x8_ps((__m512)a, 1)); }
LP_INLINE vf4 vf4_narrow(vf8 low, vf8 high) {
    return (vf4)_mm512_insertf32x8(_mm512_castps256_ps512(_mm512_cvtpd_ps((__m512d)low)),
                                   _mm512_cvtpd_ps((__m512d)high), 1);
}
#elif defined LP_IS_avx2
LP_INLINE vf8 lp_widen(rf4 a) {
    return (vf8){{(rf8)_mm256_cvtps_pd(_mm256_castps256_ps128((__m256)a)),
                  (rf8)_mm256_cvtps_pd(_mm256_extractf128_ps((__m256)a, 1))}};
}
LP_INLINE rf4 lp_narrow(vf8 a) {
    return (rf4)_mm256_insertf128_ps(_mm256_castps128_ps256(_mm256_cvtpd_ps((__m256d)a.r[0])),
                                     _mm256_cvtpd_ps((__m256d)a.r[1]), 1);
}
LP_INLINE vf8 vf4_widen_low(vf4 a) { return lp_widen(a.r[0]); }
LP_INLINE vf8 vf4_widen_high(vf4 a) { return lp_widen(a.r[1]); }
LP_INLINE vf4 vf4_narrow(vf8 low, vf8 high) { return (vf4){{lp_narrow(low), lp_narrow(high)}}; }
#else
LP_INLINE vf8 lp_widen(rf4 a, rf4 b) {
    return (vf8){{(rf8){a[0], a[1]}, (rf8){a[2], a[3]}, (rf8){b[0], b[1]}, (rf8){b[2], b[3]}}};
}
LP_INLINE rf4 lp_narrow(rf8 a, rf8 b) {
    rf4 narrow = {(float)a[0], (float)a[1], (float)b[0], (float)b[1]};
    LP_OPAQUE(narrow);
    return narrow;
}
LP_INLINE vf8 vf4_widen_low(vf4 a) { return lp_widen(a.r[0], a.r[1]); }
LP_INLINE vf8 vf4_widen_high(vf4 a) { return lp_widen(a.r[2], a.r[3]); }
LP_INLINE vf4 vf4_narrow(vf8 low, vf8 high) {
    return (vf4){{lp_narrow(low.r[0], low.r[1]), lp_narrow(low.r[2], low.r[3]),
                  lp_narrow(high.r[0], high.r[1]), lp_narrow(high.r[2], high.r[3])}};
}
#endif

// clang-format on
#endif
