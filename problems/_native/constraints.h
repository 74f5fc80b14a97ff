/* The families of constraints: q(t); the numpy forms in problems/synthetic/families.py are their oracle.

   t holds n coordinates and zeros from there on, at least LANES + 1 of them; a function may overwrite it. */

typedef double family(double *t, const constraint *c);

static double linear(double *t, const constraint *c) {
    lanes sum = all_lanes(0.0);
    EACH_REGISTER(c->n) sum.part[r] += load(c->coefficients + HERE) * load(t + HERE);
    return sum_of(&sum);
}

static double ellipsoid(double *t, const constraint *c) {
    lanes sum = all_lanes(0.0);
    EACH_REGISTER(c->n) sum.part[r] += load(c->coefficients + HERE) * square(load(t + HERE));
    return sum_of(&sum);
}

static double squared_norm(double *t, const constraint *c) {
    lanes sum = all_lanes(0.0);
    EACH_REGISTER(c->n) sum.part[r] += square(load(t + HERE));
    return sum_of(&sum);
}

static double ball(double *t, const constraint *c) { return square_root_of(squared_norm(t, c)); }

static double ring(double *t, const constraint *c) { return __builtin_fabs(ball(t, c) - c->radius); }

static double logarithmic_ball(double *t, const constraint *c) { return logarithm_of(1.0 + squared_norm(t, c)); }

/* cos r + sin r of the distance r. */
static double shells(double *t, const constraint *c) {
    vd r = splat(ball(t, c));
    return (cosine(r) + sine(r))[0];
}

static double product(double *t, const constraint *c) {
    double value = 1.0;
    for (int i = 0; i < c->n_chosen; i++) value *= t[c->chosen[i]];
    return value;
}

/* The sum of a term of neighbours a = t_i, b = t_{i+1} over i < n. */
#define SUM_OVER_NEIGHBOURS(name, term)                                   \
    static double name(double *t, const constraint *c) {                  \
        lanes sum = all_lanes(0.0);                                       \
        EACH_REGISTER(c->n - 1) {                                         \
            vd a = load(t + HERE), b = load(t + HERE + 1);                \
            sum.part[r] += keep(before(HERE, c->n - 1), (term));          \
        }                                                                 \
        return sum_of(&sum);                                              \
    }

SUM_OVER_NEIGHBOURS(neighbour_products, a * b)
SUM_OVER_NEIGHBOURS(differences, square(a - b))
SUM_OVER_NEIGHBOURS(valley, square(a * a - b))

static double coupling(double *t, const constraint *c) {
    lanes most = all_lanes(0.0);
    EACH_REGISTER(c->n - 1) {
        vd size = keep(before(HERE, c->n - 1), magnitude(load(t + HERE) + load(t + HERE + 1)));
        most.part[r] = choose(most.part[r] > size, most.part[r], size);
    }
    return largest_of(&most);
}

static double chebyshev(double *t, const constraint *c) {
    lanes most = all_lanes(0.0);
    EACH_REGISTER(c->n) {
        vd size = magnitude(load(t + HERE));
        most.part[r] = choose(most.part[r] > size, most.part[r], size);
    }
    return largest_of(&most);
}

static double partial_sums(double *t, const constraint *c) {
    to_partial_sums(t, c->n);
    return squared_norm(t, c);
}

/* The sum of a term of v = t_i over all i. */
#define SUM_OVER_COORDINATES(name, term)                                  \
    static double name(double *t, const constraint *c) {                  \
        lanes sum = all_lanes(0.0);                                       \
        EACH_REGISTER(c->n) {                                             \
            vd v = load(t + HERE);                                        \
            sum.part[r] += keep(before(HERE, c->n), (term));              \
        }                                                                 \
        return sum_of(&sum);                                              \
    }

INLINE vd cosine_of_turns(vd v) { return 1.0 - 2.0 * square(sine_of_half_turns(fraction(v))); }

SUM_OVER_COORDINATES(taxicab, magnitude(v))
SUM_OVER_COORDINATES(long_ripples, v * v - 5000.0 * cosine_of_turns(0.05 * v) - 4000.0)
SUM_OVER_COORDINATES(short_ripples, v * v - 50.0 * cosine_of_turns(v) - 40.0)
SUM_OVER_COORDINATES(slow_waves, -v * sine(0.1 * PI * v))
SUM_OVER_COORDINATES(fast_waves, v * sine(2.0 * v))
SUM_OVER_COORDINATES(root_waves, v * sine(2.0 * square_root(magnitude(v))))
SUM_OVER_COORDINATES(cosine_waves, v * cosine_of_turns(0.5 * v))
SUM_OVER_COORDINATES(tilted_waves, v - 100.0 * cosine(0.5 * v) + 100.0)
SUM_OVER_COORDINATES(sine_squares, square(sine(2.0 * v)))

/* 10 ln sum exp(t_i / 10), with the largest taken out of the sum. */
static double smooth_maximum(double *t, const constraint *c) {
    lanes most = all_lanes(-__builtin_inf()), sum = all_lanes(0.0);
    EACH_REGISTER(c->n) {
        vd v = choose(before(HERE, c->n), load(t + HERE), splat(-__builtin_inf()));
        most.part[r] = larger(most.part[r], v);
    }
    double top = largest_of(&most);
    EACH_REGISTER(c->n) {
        vd v = exponential(0.1 * (load(t + HERE) - top));
        sum.part[r] += keep(before(HERE, c->n), v);
    }
    return top + 10.0 * logarithm_of(sum_of(&sum));
}

/* In the order of problems/synthetic/families.py. */
static family *const FAMILIES[] = {
    linear, ellipsoid, squared_norm, ball, ring, logarithmic_ball, shells, product, neighbour_products, differences,
    valley, coupling, chebyshev, taxicab, partial_sums, long_ripples, short_ripples, slow_waves, fast_waves, root_waves,
    cosine_waves, tilted_waves, sine_squares, smooth_maximum,
};
