/* For the time of the change only: old calls compile against the new functions. */
#ifndef LP_BASE_COMPAT_H
#define LP_BASE_COMPAT_H
static inline int lp_ok_(int zero) {
    return zero;
}
#ifndef LP_NO_COMPAT
#define lp_alloc(count, size, ...) (lp_alloc)(count, size)
#define lp_alloc_zero(count, size, ...) (lp_alloc_zero)(count, size)
#define lp_buffer_append(b, p, n, ...) lp_ok_(((lp_buffer_append)(b, p, n), 0))
#define lp_buffer_reserve(b, n, ...) lp_ok_(((lp_buffer_reserve)(b, n), 0))
#define lp_buffer_print(b, e, ...) lp_ok_((lp_buffer_printf(b, __VA_ARGS__), 0))
#endif
#endif
