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

/* Functions of one, two or three registers, for both element sizes: LP_PAIR2(rf, rf, max, x, y)
 * makes rf4_max(a, b), which is x, and rf8_max(a, b), which is y; LP_BOTH is for an x that is y. */
#define LP_PAIR1(result, type, name, of4, of8) \
    LP_INLINE result##4 type##4_##name(type##4 a) { return (result##4)(of4); } \
    LP_INLINE result##8 type##8_##name(type##8 a) { return (result##8)(of8); }
#define LP_PAIR2(result, type, name, of4, of8) \
    LP_INLINE result##4 type##4_##name(type##4 a, type##4 b) { return (result##4)(of4); } \
    LP_INLINE result##8 type##8_##name(type##8 a, type##8 b) { return (result##8)(of8); }
#define LP_PAIR3(result, type, name, of4, of8) \
    LP_INLINE result##4 type##4_##name(type##4 a, type##4 b, type##4 c) { return (result##4)(of4); } \
    LP_INLINE result##8 type##8_##name(type##8 a, type##8 b, type##8 c) { return (result##8)(of8); }
#define LP_BOTH1(result, type, name, value) LP_PAIR1(result, type, name, value, value)
#define LP_BOTH2(result, type, name, value) LP_PAIR2(result, type, name, value, value)

/* Loads and stores need no alignment. */
LP_INLINE rf4 rf4_load(const float *p) { rf4 a; memcpy(&a, p, sizeof a); return a; }
LP_INLINE rf8 rf8_load(const double *p) { rf8 a; memcpy(&a, p, sizeof a); return a; }
LP_INLINE ri4 ri4_load(const int32_t *p) { ri4 a; memcpy(&a, p, sizeof a); return a; }
LP_INLINE ri8 ri8_load(const int64_t *p) { ri8 a; memcpy(&a, p, sizeof a); return a; }
LP_INLINE void rf4_store(float *p, rf4 a) { memcpy(p, &a, sizeof a); }
LP_INLINE void rf8_store(double *p, rf8 a) { memcpy(p, &a, sizeof a); }

LP_BOTH2(rf, rf, add, a + b)
LP_BOTH2(rf, rf, sub, a - b)
LP_BOTH2(rf, rf, mul, a * b)
LP_BOTH2(rf, rf, div, a / b)
LP_PAIR2(ri, ri, add, (ru4)a + (ru4)b, (ru8)a + (ru8)b)
LP_PAIR2(ri, ri, sub, (ru4)a - (ru4)b, (ru8)a - (ru8)b)
LP_BOTH2(ri, ri, and, a & b)
LP_BOTH2(ri, ri, or, a | b)
LP_BOTH2(ri, ri, xor, a ^ b)
LP_BOTH1(ri, rf, bits, a)
LP_BOTH1(rf, ri, float, a)
LP_INLINE ri4 ri4_shl(ri4 a, int n) { return (ri4)((ru4)a << n); }
LP_INLINE ri8 ri8_shl(ri8 a, int n) { return (ri8)((ru8)a << n); }
LP_INLINE ri4 ri4_shr(ri4 a, int n) { return (ri4)((ru4)a >> n); }
LP_INLINE ri8 ri8_shr(ri8 a, int n) { return (ri8)((ru8)a >> n); }

#if defined LP_IS_avx512

typedef __mmask16 rm4;
typedef __mmask8 rm8;

LP_INLINE rf4 rf4_set1(float x) { return _mm512_set1_ps(x); }
LP_INLINE rf8 rf8_set1(double x) { return _mm512_set1_pd(x); }
LP_INLINE ri4 ri4_set1(int32_t x) { return (ri4)_mm512_set1_epi32(x); }
LP_INLINE ri8 ri8_set1(int64_t x) { return (ri8)_mm512_set1_epi64(x); }
LP_PAIR3(rf, rf, fma, _mm512_fmadd_ps(a, b, c), _mm512_fmadd_pd(a, b, c))
LP_PAIR1(rf, rf, sqrt, _mm512_sqrt_ps(a), _mm512_sqrt_pd(a))
LP_PAIR2(rf, rf, max, _mm512_max_ps(a, b), _mm512_max_pd(a, b))
LP_PAIR2(rf, rf, min, _mm512_min_ps(a, b), _mm512_min_pd(a, b))
LP_PAIR2(rm, rf, lt, _mm512_cmp_ps_mask(a, b, _CMP_LT_OQ), _mm512_cmp_pd_mask(a, b, _CMP_LT_OQ))
LP_PAIR2(rm, rf, le, _mm512_cmp_ps_mask(a, b, _CMP_LE_OQ), _mm512_cmp_pd_mask(a, b, _CMP_LE_OQ))
LP_PAIR2(rm, rf, eq, _mm512_cmp_ps_mask(a, b, _CMP_EQ_OQ), _mm512_cmp_pd_mask(a, b, _CMP_EQ_OQ))
LP_PAIR1(rm, rf, nan, _mm512_cmp_ps_mask(a, a, _CMP_UNORD_Q), _mm512_cmp_pd_mask(a, a, _CMP_UNORD_Q))
LP_PAIR2(rm, ri, eq, _mm512_cmpeq_epi32_mask((__m512i)a, (__m512i)b), _mm512_cmpeq_epi64_mask((__m512i)a, (__m512i)b))
LP_INLINE rf4 rf4_select(rm4 m, rf4 a, rf4 b) { return _mm512_mask_blend_ps(m, b, a); }
LP_INLINE rf8 rf8_select(rm8 m, rf8 a, rf8 b) { return _mm512_mask_blend_pd(m, b, a); }
LP_INLINE int rm4_any(rm4 a) { return a != 0; }
LP_INLINE int rm8_any(rm8 a) { return a != 0; }

/* Two registers' lanes, picked by number, b's after a's. */
#define LP_PICK4(...) _mm512_permutex2var_ps(a, _mm512_setr_epi32(__VA_ARGS__), b)
#define LP_PICK8(...) _mm512_permutex2var_pd(a, _mm512_setr_epi64(__VA_ARGS__), b)
LP_PAIR2(rf, rf, even, LP_PICK4(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30), LP_PICK8(0, 2, 4, 6, 8, 10, 12, 14))
LP_PAIR2(rf, rf, odd, LP_PICK4(1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31), LP_PICK8(1, 3, 5, 7, 9, 11, 13, 15))
LP_PAIR2(rf, rf, zip_low, LP_PICK4(0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23), LP_PICK8(0, 8, 1, 9, 2, 10, 3, 11))
LP_PAIR2(rf, rf, zip_high, LP_PICK4(8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31), LP_PICK8(4, 12, 5, 13, 6, 14, 7, 15))

/* The first n lanes (n may exceed them); the others are zero, or not written. */
LP_INLINE rm4 rm4_first(size_t n) { return (rm4)((1u << (n > 16 ? 16 : n)) - 1); }
LP_INLINE rm8 rm8_first(size_t n) { return (rm8)((1u << (n > 8 ? 8 : n)) - 1); }
LP_INLINE rf4 rf4_load_n(const float *p, size_t n) { return _mm512_maskz_loadu_ps(rm4_first(n), p); }
LP_INLINE rf8 rf8_load_n(const double *p, size_t n) { return _mm512_maskz_loadu_pd(rm8_first(n), p); }
LP_INLINE void rf4_store_n(float *p, rf4 a, size_t n) { _mm512_mask_storeu_ps(p, rm4_first(n), a); }
LP_INLINE void rf8_store_n(double *p, rf8 a, size_t n) { _mm512_mask_storeu_pd(p, rm8_first(n), a); }

#else /* masks are integer vectors of 0 and -1 */

typedef ri4 rm4;
typedef ri8 rm8;

LP_BOTH2(rm, rf, lt, a < b)
LP_BOTH2(rm, rf, le, a <= b)
LP_BOTH2(rm, rf, eq, a == b)
LP_BOTH1(rm, rf, nan, a != a)
LP_BOTH2(rm, ri, eq, a == b)

LP_INLINE rm4 rm4_first(size_t n) {
    static const int32_t mask[2 * RF4_LANES] = {[0 ... RF4_LANES - 1] = -1};
    return ri4_load(mask + RF4_LANES - (n > RF4_LANES ? RF4_LANES : n));
}
LP_INLINE rm8 rm8_first(size_t n) {
    static const int64_t mask[2 * RF8_LANES] = {[0 ... RF8_LANES - 1] = -1};
    return ri8_load(mask + RF8_LANES - (n > RF8_LANES ? RF8_LANES : n));
}

#if defined LP_IS_avx2

LP_INLINE rf4 rf4_set1(float x) { return _mm256_set1_ps(x); }
LP_INLINE rf8 rf8_set1(double x) { return _mm256_set1_pd(x); }
LP_INLINE ri4 ri4_set1(int32_t x) { return (ri4)_mm256_set1_epi32(x); }
LP_INLINE ri8 ri8_set1(int64_t x) { return (ri8)_mm256_set1_epi64x(x); }
LP_PAIR3(rf, rf, fma, _mm256_fmadd_ps(a, b, c), _mm256_fmadd_pd(a, b, c))
LP_PAIR1(rf, rf, sqrt, _mm256_sqrt_ps(a), _mm256_sqrt_pd(a))
LP_PAIR2(rf, rf, max, _mm256_max_ps(a, b), _mm256_max_pd(a, b))
LP_PAIR2(rf, rf, min, _mm256_min_ps(a, b), _mm256_min_pd(a, b))
LP_INLINE rf4 rf4_select(rm4 m, rf4 a, rf4 b) { return _mm256_blendv_ps(b, a, (__m256)m); }
LP_INLINE rf8 rf8_select(rm8 m, rf8 a, rf8 b) { return _mm256_blendv_pd(b, a, (__m256d)m); }
LP_INLINE int rm4_any(rm4 a) { return _mm256_movemask_ps((__m256)a) != 0; }
LP_INLINE int rm8_any(rm8 a) { return _mm256_movemask_pd((__m256d)a) != 0; }

/* The halves of 16 bytes are worked on by themselves, then put in order. */
#define LP_ORDER(a) _mm256_permute4x64_pd((__m256d)(a), 0xd8)
#define LP_ZIP4(halves) _mm256_permute2f128_ps(_mm256_unpacklo_ps(a, b), _mm256_unpackhi_ps(a, b), halves)
#define LP_ZIP8(halves) _mm256_permute2f128_pd(_mm256_unpacklo_pd(a, b), _mm256_unpackhi_pd(a, b), halves)
LP_PAIR2(rf, rf, even, LP_ORDER(_mm256_shuffle_ps(a, b, 0x88)), LP_ORDER(_mm256_unpacklo_pd(a, b)))
LP_PAIR2(rf, rf, odd, LP_ORDER(_mm256_shuffle_ps(a, b, 0xdd)), LP_ORDER(_mm256_unpackhi_pd(a, b)))
LP_PAIR2(rf, rf, zip_low, LP_ZIP4(0x20), LP_ZIP8(0x20))
LP_PAIR2(rf, rf, zip_high, LP_ZIP4(0x31), LP_ZIP8(0x31))

LP_INLINE rf4 rf4_load_n(const float *p, size_t n) { return _mm256_maskload_ps(p, (__m256i)rm4_first(n)); }
LP_INLINE rf8 rf8_load_n(const double *p, size_t n) { return _mm256_maskload_pd(p, (__m256i)rm8_first(n)); }
LP_INLINE void rf4_store_n(float *p, rf4 a, size_t n) { _mm256_maskstore_ps(p, (__m256i)rm4_first(n), a); }
LP_INLINE void rf8_store_n(double *p, rf8 a, size_t n) { _mm256_maskstore_pd(p, (__m256i)rm8_first(n), a); }

#else /* neon and generic */

LP_INLINE rf4 rf4_set1(float x) { return (rf4){x, x, x, x}; }
LP_INLINE rf8 rf8_set1(double x) { return (rf8){x, x}; }
LP_INLINE ri4 ri4_set1(int32_t x) { return (ri4){x, x, x, x}; }
LP_INLINE ri8 ri8_set1(int64_t x) { return (ri8){x, x}; }
LP_INLINE rf4 rf4_select(rm4 m, rf4 a, rf4 b) { return (rf4)((m & (ri4)a) | (~m & (ri4)b)); }
LP_INLINE rf8 rf8_select(rm8 m, rf8 a, rf8 b) { return (rf8)((m & (ri8)a) | (~m & (ri8)b)); }
LP_PAIR2(rf, rf, max, rf4_select(a > b, a, b), rf8_select(a > b, a, b))
LP_PAIR2(rf, rf, min, rf4_select(a < b, a, b), rf8_select(a < b, a, b))
LP_PAIR2(rf, rf, even, ((rf4){a[0], a[2], b[0], b[2]}), ((rf8){a[0], b[0]}))
LP_PAIR2(rf, rf, odd, ((rf4){a[1], a[3], b[1], b[3]}), ((rf8){a[1], b[1]}))
LP_PAIR2(rf, rf, zip_low, ((rf4){a[0], b[0], a[1], b[1]}), ((rf8){a[0], b[0]}))
LP_PAIR2(rf, rf, zip_high, ((rf4){a[2], b[2], a[3], b[3]}), ((rf8){a[1], b[1]}))
LP_INLINE int rm4_any(rm4 a) { return (a[0] | a[1] | a[2] | a[3]) != 0; }
LP_INLINE int rm8_any(rm8 a) { return (a[0] | a[1]) != 0; }
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
LP_PAIR3(rf, rf, fma, vfmaq_f32(c, a, b), vfmaq_f64(c, a, b))
LP_PAIR1(rf, rf, sqrt, vsqrtq_f32(a), vsqrtq_f64(a))
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
LP_PAIR1(rf, rf, sqrt, ((rf4){sqrtf(a[0]), sqrtf(a[1]), sqrtf(a[2]), sqrtf(a[3])}), ((rf8){sqrt(a[0]), sqrt(a[1])}))
#endif
#endif
#endif

LP_BOTH2(rm, rm, and, a & b)
LP_BOTH2(rm, rm, or, a | b)
LP_BOTH1(rm, rm, not, ~a)

/* ---- vectors of 64 bytes ---- */

enum { VF4_LANES = 16, VF8_LANES = 8 };

/* A vector is its registers. LP_TIMES(X, ...) is X(i, ...) for each, i = 0, 1, ...; LP_REG(a, i) is
 * register i of a, and LP_MAKE(V, ...) a vector of such a list. */
#if LP_REGISTERS == 1
typedef rf4 vf4; typedef rf8 vf8; typedef ri4 vi4; typedef ri8 vi8; typedef rm4 vm4; typedef rm8 vm8;
#define LP_REG(a, i) (a)
#define LP_MAKE(V, x) (x)
#define LP_TIMES(X, ...) X(0, __VA_ARGS__)
#define LP_ANY(f, a) f(a)
#define LP_UNZIP(V, f, a, b) f(a, b)
#define LP_ZIP_LOW(V, low, high, a, b) low(a, b)
#define LP_ZIP_HIGH(V, low, high, a, b) high(a, b)
#else
typedef struct { rf4 r[LP_REGISTERS]; } vf4;
typedef struct { rf8 r[LP_REGISTERS]; } vf8;
typedef struct { ri4 r[LP_REGISTERS]; } vi4;
typedef struct { ri8 r[LP_REGISTERS]; } vi8;
typedef struct { rm4 r[LP_REGISTERS]; } vm4;
typedef struct { rm8 r[LP_REGISTERS]; } vm8;
#define LP_REG(a, i) ((a).r[i])
#define LP_MAKE(V, ...) ((V){{__VA_ARGS__}})
#if LP_REGISTERS == 2
#define LP_TIMES(X, ...) X(0, __VA_ARGS__), X(1, __VA_ARGS__)
#define LP_ANY(f, a) (f((a).r[0]) | f((a).r[1]))
#define LP_UNZIP(V, f, a, b) ((V){{f((a).r[0], (a).r[1]), f((b).r[0], (b).r[1])}})
#define LP_ZIP_LOW(V, low, high, a, b) ((V){{low((a).r[0], (b).r[0]), high((a).r[0], (b).r[0])}})
#define LP_ZIP_HIGH(V, low, high, a, b) ((V){{low((a).r[1], (b).r[1]), high((a).r[1], (b).r[1])}})
#else
#define LP_TIMES(X, ...) X(0, __VA_ARGS__), X(1, __VA_ARGS__), X(2, __VA_ARGS__), X(3, __VA_ARGS__)
#define LP_ANY(f, a) (f((a).r[0]) | f((a).r[1]) | f((a).r[2]) | f((a).r[3]))
#define LP_UNZIP(V, f, a, b) ((V){{f((a).r[0], (a).r[1]), f((a).r[2], (a).r[3]), \
                                   f((b).r[0], (b).r[1]), f((b).r[2], (b).r[3])}})
#define LP_ZIP_LOW(V, low, high, a, b) ((V){{low((a).r[0], (b).r[0]), high((a).r[0], (b).r[0]), \
                                             low((a).r[1], (b).r[1]), high((a).r[1], (b).r[1])}})
#define LP_ZIP_HIGH(V, low, high, a, b) ((V){{low((a).r[2], (b).r[2]), high((a).r[2], (b).r[2]), \
                                              low((a).r[3], (b).r[3]), high((a).r[3], (b).r[3])}})
#endif
#endif

/* Lanes of n that are left for register i. */
#define LP_LEFT(n, i, lanes) ((n) > (size_t)(i) * (lanes) ? (n) - (size_t)(i) * (lanes) : 0)
#define LP_SET(i, f, x) f(x)
#define LP_LOAD(i, f, p, lanes) f((p) + (i) * (lanes))
#define LP_LOAD_N(i, f, p, n, lanes) f((p) + (i) * (lanes), LP_LEFT(n, i, lanes))
#define LP_STORE(i, f, p, a, lanes) f((p) + (i) * (lanes), LP_REG(a, i))
#define LP_STORE_N(i, f, p, a, n, lanes) f((p) + (i) * (lanes), LP_REG(a, i), LP_LEFT(n, i, lanes))
#define LP_FIRST(i, f, n, lanes) f(LP_LEFT(n, i, lanes))

LP_INLINE vf4 vf4_set1(float x) { return LP_MAKE(vf4, LP_TIMES(LP_SET, rf4_set1, x)); }
LP_INLINE vf8 vf8_set1(double x) { return LP_MAKE(vf8, LP_TIMES(LP_SET, rf8_set1, x)); }
LP_INLINE vi4 vi4_set1(int32_t x) { return LP_MAKE(vi4, LP_TIMES(LP_SET, ri4_set1, x)); }
LP_INLINE vi8 vi8_set1(int64_t x) { return LP_MAKE(vi8, LP_TIMES(LP_SET, ri8_set1, x)); }
LP_INLINE vf4 vf4_load(const float *p) { return LP_MAKE(vf4, LP_TIMES(LP_LOAD, rf4_load, p, RF4_LANES)); }
LP_INLINE vf8 vf8_load(const double *p) { return LP_MAKE(vf8, LP_TIMES(LP_LOAD, rf8_load, p, RF8_LANES)); }
LP_INLINE void vf4_store(float *p, vf4 a) { LP_TIMES(LP_STORE, rf4_store, p, a, RF4_LANES); }
LP_INLINE void vf8_store(double *p, vf8 a) { LP_TIMES(LP_STORE, rf8_store, p, a, RF8_LANES); }

/* The first n lanes, n up to all of them: the others are read as zero without touching memory, and
 * not written. */
LP_INLINE vf4 vf4_load_n(const float *p, size_t n) { return LP_MAKE(vf4, LP_TIMES(LP_LOAD_N, rf4_load_n, p, n, RF4_LANES)); }
LP_INLINE vf8 vf8_load_n(const double *p, size_t n) { return LP_MAKE(vf8, LP_TIMES(LP_LOAD_N, rf8_load_n, p, n, RF8_LANES)); }
LP_INLINE void vf4_store_n(float *p, vf4 a, size_t n) { LP_TIMES(LP_STORE_N, rf4_store_n, p, a, n, RF4_LANES); }
LP_INLINE void vf8_store_n(double *p, vf8 a, size_t n) { LP_TIMES(LP_STORE_N, rf8_store_n, p, a, n, RF8_LANES); }
LP_INLINE vm4 vm4_first(size_t n) { return LP_MAKE(vm4, LP_TIMES(LP_FIRST, rm4_first, n, RF4_LANES)); }
LP_INLINE vm8 vm8_first(size_t n) { return LP_MAKE(vm8, LP_TIMES(LP_FIRST, rm8_first, n, RF8_LANES)); }

/* The function of the registers, on each register: LP_EACH2(f, f, add) makes vf4_add(a, b) of
 * rf4_add and vf8_add(a, b) of rf8_add; LP_EACH2(m, f, lt) makes vf4_lt, which gives a vm4. */
#define LP_OF1(i, f, a) f(LP_REG(a, i))
#define LP_OF2(i, f, a, b) f(LP_REG(a, i), LP_REG(b, i))
#define LP_OF3(i, f, a, b, c) f(LP_REG(a, i), LP_REG(b, i), LP_REG(c, i))
#define LP_OF_SHIFT(i, f, a, n) f(LP_REG(a, i), n)
#define LP_EACH1_OF(V, W, name) LP_INLINE v##V v##W##_##name(v##W a) { return LP_MAKE(v##V, LP_TIMES(LP_OF1, r##W##_##name, a)); }
#define LP_EACH2_OF(V, W, name) LP_INLINE v##V v##W##_##name(v##W a, v##W b) { return LP_MAKE(v##V, LP_TIMES(LP_OF2, r##W##_##name, a, b)); }
#define LP_EACH3_OF(V, W, U, name) LP_INLINE v##V v##V##_##name(v##W a, v##U b, v##U c) { return LP_MAKE(v##V, LP_TIMES(LP_OF3, r##V##_##name, a, b, c)); }
#define LP_SHIFT_OF(V, name) LP_INLINE v##V v##V##_##name(v##V a, int n) { return LP_MAKE(v##V, LP_TIMES(LP_OF_SHIFT, r##V##_##name, a, n)); }
#define LP_EACH1(result, type, name) LP_EACH1_OF(result##4, type##4, name) LP_EACH1_OF(result##8, type##8, name)
#define LP_EACH2(result, type, name) LP_EACH2_OF(result##4, type##4, name) LP_EACH2_OF(result##8, type##8, name)

LP_EACH2(f, f, add)
LP_EACH2(f, f, sub)
LP_EACH2(f, f, mul)
LP_EACH2(f, f, div)
LP_EACH1(f, f, sqrt)
/* a * b + c, rounded once. */
LP_EACH3_OF(f4, f4, f4, fma)
LP_EACH3_OF(f8, f8, f8, fma)
/* a > b ? a : b, and a < b ? a : b: so b where either is NaN. */
LP_EACH2(f, f, max)
LP_EACH2(f, f, min)

/* Comparisons are false where a NaN takes part. */
LP_EACH2(m, f, lt)
LP_EACH2(m, f, le)
LP_EACH2(m, f, eq)
LP_EACH1(m, f, nan)
LP_EACH2(m, i, eq)
LP_EACH2(m, m, and)
LP_EACH2(m, m, or)
LP_EACH1(m, m, not)
LP_INLINE int vm4_any(vm4 a) { return LP_ANY(rm4_any, a); }
LP_INLINE int vm8_any(vm8 a) { return LP_ANY(rm8_any, a); }
/* a ? b : c */
LP_EACH3_OF(f4, m4, f4, select)
LP_EACH3_OF(f8, m8, f8, select)

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
LP_EACH1(i, f, bits)
LP_EACH1(f, i, float)

/* Integers wrap around; shr shifts zeros in. */
LP_EACH2(i, i, add)
LP_EACH2(i, i, sub)
LP_EACH2(i, i, and)
LP_EACH2(i, i, or)
LP_EACH2(i, i, xor)
LP_SHIFT_OF(i4, shl) LP_SHIFT_OF(i8, shl)
LP_SHIFT_OF(i4, shr) LP_SHIFT_OF(i8, shr)

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
