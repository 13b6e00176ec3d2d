/* exp, log, tanh, sigmoid, sin and cos of the vectors of simd.h: one source for every instruction
 * set. */
#ifndef LP_NUM_KERNELS_VMATH_H
#define LP_NUM_KERNELS_VMATH_H

#include "num/kernels/simd.h"

/* A lane after a lane through libm. */
#define LP_LANES_OF(V, T, call)                                                                    \
    T lane[sizeof(V) / sizeof(T)];                                                                 \
    V##_store(lane, x);                                                                            \
    for (size_t i = 0; i < sizeof(V) / sizeof(T); i++)                                             \
        lane[i] = (T)(call);                                                                       \
    return V##_load(lane)

LP_INLINE vf4 vf4_exp(vf4 x) {
    LP_LANES_OF(vf4, float, exp((double)lane[i]));
}
LP_INLINE vf8 vf8_exp(vf8 x) {
    LP_LANES_OF(vf8, double, exp(lane[i]));
}
LP_INLINE vf4 vf4_log(vf4 x) {
    LP_LANES_OF(vf4, float, log((double)lane[i]));
}
LP_INLINE vf8 vf8_log(vf8 x) {
    LP_LANES_OF(vf8, double, log(lane[i]));
}
LP_INLINE vf4 vf4_tanh(vf4 x) {
    LP_LANES_OF(vf4, float, tanh((double)lane[i]));
}
LP_INLINE vf8 vf8_tanh(vf8 x) {
    LP_LANES_OF(vf8, double, tanh(lane[i]));
}
LP_INLINE vf4 vf4_sigmoid(vf4 x) {
    LP_LANES_OF(vf4, float, 1 / (1 + exp(-(double)lane[i])));
}
LP_INLINE vf8 vf8_sigmoid(vf8 x) {
    LP_LANES_OF(vf8, double, 1 / (1 + exp(-lane[i])));
}
LP_INLINE vf4 vf4_sin(vf4 x) {
    LP_LANES_OF(vf4, float, sin((double)lane[i]));
}
LP_INLINE vf8 vf8_sin(vf8 x) {
    LP_LANES_OF(vf8, double, sin(lane[i]));
}
LP_INLINE vf4 vf4_cos(vf4 x) {
    LP_LANES_OF(vf4, float, cos((double)lane[i]));
}
LP_INLINE vf8 vf8_cos(vf8 x) {
    LP_LANES_OF(vf8, double, cos(lane[i]));
}

#endif
