/* The instruction sets that the kernels are compiled for, the best first: the only list of them.
 *
 *     LP_ISA(name, architecture, features)
 *
 * The Makefile reads the rows of its architecture (uname -m, or "any"), compiles num/kernels once
 * for each with -mFEATURE for every feature that the row HAS, and defines LP_HAS_name. At run time
 * num/kernels.c takes the first row whose features the CPU has. tests/isas.sh reads the names.
 *
 * A new row needs its registers in num/kernels/simd.h, and its tile heights in
 * num/kernels/gemm.c. */
#ifdef LP_HAS_avx512
LP_ISA(avx512, x86_64, HAS(avx512f) HAS(avx512dq) HAS(avx512bw) HAS(avx512vl) HAS(avx2) HAS(fma))
#endif
#ifdef LP_HAS_avx2
LP_ISA(avx2, x86_64, HAS(avx2) HAS(fma))
#endif
#ifdef LP_HAS_neon
LP_ISA(neon, aarch64, )
#endif
#ifdef LP_HAS_generic
LP_ISA(generic, any, )
#endif
