/* Eight lanes of doubles, whatever the width of the registers.

   Every sum over coordinates is made in eight lanes, lane j taking the coordinates j, j + 8, j + 16, ... in this order, and
   the lanes are joined by one fixed tree. How many registers hold the eight lanes (W doubles each) then cannot change a
   value: all operations used are exactly rounded by IEEE 754, and contraction to fused operations is switched off.

   W is defined by the file that includes this one. */

#include <stdint.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#define LANES 8
#define REGISTERS (LANES / W)
#define INLINE static inline __attribute__((always_inline))

typedef double vd __attribute__((vector_size(W * 8)));
typedef int64_t vi __attribute__((vector_size(W * 8)));
typedef uint64_t vu __attribute__((vector_size(W * 8)));
typedef double vd_anywhere __attribute__((vector_size(W * 8), aligned(8), may_alias));

static const double LANE_NUMBERS[LANES] = {0, 1, 2, 3, 4, 5, 6, 7};

/* Runs over the coordinates in steps of eight lanes, and within a step over the registers that hold them. */
#define EACH_REGISTER(n)                                     \
    for (int base = 0; base < (n); base += LANES)            \
        for (int r = 0; r < REGISTERS; r++)
#define HERE (base + r * W)

INLINE vd load(const double *p) { return *(const vd_anywhere *)p; }
INLINE void store(double *p, vd v) { *(vd_anywhere *)p = v; }
INLINE vd splat(double value) { return value - (vd){0}; }
INLINE vd choose(vi mask, vd yes, vd no) {
#if defined(__x86_64__) && W == 4
    return (vd)_mm256_blendv_pd((__m256d)no, (__m256d)yes, (__m256d)mask);
#else
    return (vd)((mask & (vi)yes) | (~mask & (vi)no));
#endif
}
INLINE vd keep(vi mask, vd v) { return (vd)(mask & (vi)v); }
INLINE vd magnitude(vd v) { return (vd)((vi)v & INT64_MAX); }

/* a < b ? a : b and a > b ? a : b, b where one of them is not a number: what the instructions of x86 do. */
INLINE vd smaller(vd a, vd b) {
#if defined(__x86_64__) && W == 4
    return (vd)_mm256_min_pd((__m256d)a, (__m256d)b);
#elif defined(__x86_64__)
    return (vd)_mm_min_pd((__m128d)a, (__m128d)b);
#else
    return choose(a < b, a, b);
#endif
}

INLINE vd larger(vd a, vd b) {
#if defined(__x86_64__) && W == 4
    return (vd)_mm256_max_pd((__m256d)a, (__m256d)b);
#elif defined(__x86_64__)
    return (vd)_mm_max_pd((__m128d)a, (__m128d)b);
#else
    return choose(a > b, a, b);
#endif
}

/* True for the lanes of the register at coordinate `start` that lie before coordinate `end`. */
INLINE vi before(int start, int end) {
    return splat((double)(start - start % LANES)) + load(LANE_NUMBERS + start % LANES) < splat((double)end);
}

INLINE vd square_root(vd v) {
#if defined(__x86_64__) && W == 4
    return (vd)_mm256_sqrt_pd((__m256d)v);
#elif defined(__x86_64__)
    return (vd)_mm_sqrt_pd((__m128d)v);
#else
    for (int i = 0; i < W; i++) v[i] = __builtin_sqrt(v[i]);
    return v;
#endif
}

/* Eight accumulators, and the trees that join them. */
typedef struct {
    vd part[REGISTERS];
} lanes;

INLINE lanes all_lanes(double value) {
    lanes l;
    for (int r = 0; r < REGISTERS; r++) l.part[r] = splat(value);
    return l;
}

INLINE void spread(const lanes *l, double *a) {
    for (int r = 0; r < REGISTERS; r++) store(a + r * W, l->part[r]);
}

INLINE double sum_of(const lanes *l) {
    double a[LANES];
    spread(l, a);
    return ((a[0] + a[4]) + (a[2] + a[6])) + ((a[1] + a[5]) + (a[3] + a[7]));
}

INLINE double product_of(const lanes *l) {
    double a[LANES];
    spread(l, a);
    return ((a[0] * a[4]) * (a[2] * a[6])) * ((a[1] * a[5]) * (a[3] * a[7]));
}

INLINE double largest_of(const lanes *l) {
    double a[LANES], best;
    spread(l, a);
    best = a[0];
    for (int i = 1; i < LANES; i++) best = a[i] > best ? a[i] : best;
    return best;
}
