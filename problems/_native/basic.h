/* The 25 base functions g(z); the numpy forms beside them, in problems/basic/values.py, are their oracle.

   z holds n coordinates and zeros from there on, at least LANES + 1 of them; a function may overwrite it. */

typedef double basic(double *z, const part *p);

INLINE vd square(vd v) { return v * v; }

static double sphere(double *z, const part *p) {
    lanes sum = all_lanes(0.0);
    EACH_REGISTER(p->n) sum.part[r] += square(load(z + HERE));
    return sum_of(&sum);
}

/* Bent cigar, discus and the elliptic function: squares with weights, which are zero beyond n. */
static double weighted_squares(double *z, const part *p) {
    lanes sum = all_lanes(0.0);
    EACH_REGISTER(p->n) sum.part[r] += load(p->coefficients + HERE) * square(load(z + HERE));
    return sum_of(&sum);
}

static double zakharov(double *z, const part *p) {
    lanes squares = all_lanes(0.0), weighted = all_lanes(0.0);
    EACH_REGISTER(p->n) {
        vd v = load(z + HERE);
        squares.part[r] += v * v;
        weighted.part[r] += 0.5 * load(p->index + HERE) * v;
    }
    double s = sum_of(&weighted), s2 = s * s;
    return (sum_of(&squares) + s2) + s2 * s2;
}

static double rosenbrock(double *z, const part *p) {
    lanes sum = all_lanes(0.0);
    EACH_REGISTER(p->n - 1) {
        vd d = load(z + HERE), a = d + 1.0, b = load(z + HERE + 1) + 1.0;
        vd term = 100.0 * square(a * a - b) + d * d;
        sum.part[r] += keep(before(HERE, p->n - 1), term);
    }
    return sum_of(&sum);
}

static double rastrigin(double *z, const part *p) {
    lanes sum = all_lanes(0.0);
    EACH_REGISTER(p->n) {
        vd v = load(z + HERE);
        sum.part[r] += v * v + 20.0 * square(sine_of_half_turns(fraction(v)));
    }
    return sum_of(&sum);
}

static double ackley(double *z, const part *p) {
    lanes squares = all_lanes(0.0), ripples = all_lanes(0.0);
    EACH_REGISTER(p->n) {
        vd v = load(z + HERE);
        squares.part[r] += v * v;
        ripples.part[r] += square(sine_of_half_turns(fraction(v)));
    }
    double slope = exponential_of(-0.2 * square_root_of(sum_of(&squares) / p->n));
    double wave = exponential_of(1.0 - 2.0 * sum_of(&ripples) / p->n);
    return (20.0 - 20.0 * slope) + (exponential_of(1.0) - wave);
}

/* The coefficients are 1/sqrt(i). */
static double griewank(double *z, const part *p) {
    lanes sum = all_lanes(0.0), product = all_lanes(1.0);
    EACH_REGISTER(p->n) {
        vd v = load(z + HERE);
        sum.part[r] += v * v;
        product.part[r] *= cosine(v * load(p->coefficients + HERE));
    }
    return sum_of(&sum) / 4000.0 + (1.0 - product_of(&product));
}

/* Terms k = 0, 3, ..., 18 from the phase, the two after each by sin 3a = sin a (3 - 4 sin^2 a). */
static double weierstrass(double *z, const part *p) {
    lanes sum = all_lanes(0.0);
    EACH_REGISTER(p->n) {
        vd phase = fraction(load(z + HERE)), total = splat(0.0);
        double weight = 1.0;
        for (int k = 0; k < 21; k += 3) {
            vd s = sine_of_half_turns(phase), q = s * s;
            vd t = s * (3.0 - 4.0 * q), w = t * t;
            vd u = t * (3.0 - 4.0 * w);
            total += weight * q + ((0.5 * weight) * w + (0.25 * weight) * (u * u));
            phase = fraction(3.0 * fraction(3.0 * fraction(3.0 * phase)));
            weight *= 0.125;
        }
        sum.part[r] += total;
    }
    return 2.0 * sum_of(&sum);
}

static double schwefel(double *z, const part *p) {
    lanes sum = all_lanes(0.0);
    double n = p->n;
    EACH_REGISTER(p->n) {
        vd v = load(z + HERE) + 420.9687462275036, size = magnitude(v);
        vd rest = size - 500.0 * floor_of(size / 500.0);
        rest += keep(rest < 0.0, splat(500.0));
        vd folded = choose(size > 500.0, 500.0 - rest, size);
        vd excess = keep(size > 500.0, size - 500.0);
        vd wave = folded * sine(square_root(folded));
        vd term = choose(v < 0.0, -wave, wave) - excess * excess / (10000.0 * n);
        sum.part[r] += keep(before(HERE, p->n), term);
    }
    return 418.9828872724338 * n - sum_of(&sum);
}

/* The exponent of the product is the first coefficient. Powers of two times a fraction are exact, as are their distances
   to whole numbers; the registers side by side hide how long one waits for the other terms of its sum. */
static double katsuura(double *z, const part *p) {
    lanes product = all_lanes(1.0);
    for (int base = 0; base < p->n; base += LANES) {
        lanes d, rough = all_lanes(0.0);
        double power = 2.0, weight = 0.5;
        for (int r = 0; r < REGISTERS; r++) d.part[r] = fraction(load(z + HERE));
        for (int j = 1; j <= 32; j++, power *= 2.0, weight *= 0.5)
            for (int r = 0; r < REGISTERS; r++) rough.part[r] += weight * magnitude(fraction(power * d.part[r]));
        for (int r = 0; r < REGISTERS; r++) product.part[r] *= 1.0 + load(p->index + HERE) * rough.part[r];
    }
    double n = p->n;
    return 10.0 / (n * n) * (power_of(product_of(&product), p->coefficients[0]) - 1.0);
}

static double happycat(double *z, const part *p) {
    lanes squares = all_lanes(0.0), groove = all_lanes(0.0);
    EACH_REGISTER(p->n) {
        vd v = load(z + HERE);
        squares.part[r] += v * v;
        groove.part[r] += v * (v - 2.0);
    }
    double root = square_root_of(square_root_of(__builtin_fabs(sum_of(&groove))));
    return root + sum_of(&squares) / (2.0 * p->n);
}

static double hgbat(double *z, const part *p) {
    lanes squares = all_lanes(0.0), first = all_lanes(0.0), second = all_lanes(0.0);
    EACH_REGISTER(p->n) {
        vd v = load(z + HERE), d = v - 1.0;
        squares.part[r] += v * v;
        first.part[r] += v * d;
        second.part[r] += keep(before(HERE, p->n), d * (v - 2.0));
    }
    double root = square_root_of(__builtin_fabs(sum_of(&first) * sum_of(&second)));
    return root + sum_of(&squares) / (2.0 * p->n);
}

static double expanded_schaffer_f6(double *z, const part *p) {
    lanes sum = all_lanes(0.0);
    z[p->n] = z[0];
    EACH_REGISTER(p->n) {
        vd q = square(load(z + HERE)) + square(load(z + HERE + 1));
        vd term = 0.5 + (square(sine(square_root(q))) - 0.5) / square(1.0 + 0.001 * q);
        sum.part[r] += keep(before(HERE, p->n), term);
    }
    return sum_of(&sum);
}

static double expanded_griewank_rosenbrock(double *z, const part *p) {
    lanes sum = all_lanes(0.0);
    z[p->n] = z[0];
    EACH_REGISTER(p->n) {
        vd d = load(z + HERE), a = d + 1.0, b = load(z + HERE + 1) + 1.0;
        vd t = 100.0 * square(a * a - b) + d * d;
        vd term = t * t / 4000.0 + 2.0 * square(sine(0.5 * t));
        sum.part[r] += keep(before(HERE, p->n), term);
    }
    return sum_of(&sum);
}

/* u stands in z; the ripples see `rotated`. The coefficients are s and 2.5 - mu1. */
static double lunacek(const double *u, const double *rotated, const part *p) {
    lanes first = all_lanes(0.0), second = all_lanes(0.0), ripples = all_lanes(0.0);
    EACH_REGISTER(p->n) {
        vd v = load(u + HERE);
        first.part[r] += v * v;
        second.part[r] += keep(before(HERE, p->n), square(v + p->coefficients[1]));
        ripples.part[r] += square(sine_of_half_turns(fraction(load(rotated + HERE))));
    }
    double a = sum_of(&first), b = p->n + p->coefficients[0] * sum_of(&second);
    return (b < a ? b : a) + 20.0 * sum_of(&ripples);
}

static double lunacek_bi_rastrigin(double *z, const part *p) {
    EACH_REGISTER(p->n) store(z + HERE, 2.0 * load(z + HERE));
    return lunacek(z, z, p);
}

static double levy(double *z, const part *p) {
    lanes sum = all_lanes(0.0);
    double last = z[p->n - 1];
    EACH_REGISTER(p->n - 1) {
        vd v = load(z + HERE);
        vd wave = square(sine(PI * fraction(0.25 * v) + 1.0));
        sum.part[r] += keep(before(HERE, p->n - 1), 0.0625 * (v * v) * (1.0 + 10.0 * wave));
    }
    double head = square(sine_of_half_turns(fraction(splat(0.25 * z[0]))))[0];
    double tail = square(sine_of_half_turns(fraction(splat(0.5 * last))))[0];
    return (head + sum_of(&sum)) + 0.0625 * (last * last) * (1.0 + tail);
}

static double schaffer_f7(double *z, const part *p) {
    lanes sum = all_lanes(0.0);
    EACH_REGISTER(p->n - 1) {
        vd s = square_root(square(load(z + HERE)) + square(load(z + HERE + 1)));
        vd term = square_root(s) * (1.0 + square(sine(50.0 * power(s, splat(0.2)))));
        sum.part[r] += keep(before(HERE, p->n - 1), term);
    }
    double mean = sum_of(&sum) / (p->n - 1);
    return mean * mean;
}

/* Powers by repeated squaring; the bits of the exponents are in the index. */
static double sum_of_different_powers(double *z, const part *p) {
    lanes sum = all_lanes(0.0);
    EACH_REGISTER(p->n) {
        vd factor = magnitude(load(z + HERE)), value = splat(1.0);
        vi exponent = (vi)(load(p->index + HERE) + 4503599627370496.0);
        for (int bit = 1; bit <= p->n; bit += bit, factor *= factor)
            value *= choose((exponent & bit) != 0, factor, splat(1.0));
        sum.part[r] += keep(before(HERE, p->n), value);
    }
    return sum_of(&sum);
}

/* The coefficients are the exponents. */
static double different_powers(double *z, const part *p) {
    lanes sum = all_lanes(0.0);
    EACH_REGISTER(p->n) sum.part[r] += power(magnitude(load(z + HERE)), load(p->coefficients + HERE));
    return square_root_of(sum_of(&sum));
}

static double step(double *z, const part *p) {
    lanes sum = all_lanes(0.0);
    EACH_REGISTER(p->n) sum.part[r] += square(floor_of(load(z + HERE) + 0.5));
    return sum_of(&sum);
}

static double schwefel_2_22(double *z, const part *p) {
    lanes sum = all_lanes(0.0), product = all_lanes(1.0);
    EACH_REGISTER(p->n) {
        vd size = magnitude(load(z + HERE));
        sum.part[r] += size;
        product.part[r] *= choose(before(HERE, p->n), size, splat(1.0));
    }
    return sum_of(&sum) + product_of(&product);
}

INLINE void to_partial_sums(double *z, int n) {
    for (int i = 1; i < n; i++) z[i] += z[i - 1];
}

static double schwefel_1_2(double *z, const part *p) {
    to_partial_sums(z, p->n);
    return sphere(z, p);
}

static double noncontinuous_rastrigin(double *z, const part *p) {
    EACH_REGISTER(p->n) {
        vd v = load(z + HERE);
        store(z + HERE, choose(magnitude(v) <= 0.5, v, 0.5 * floor_of(2.0 * v + 0.5)));
    }
    return rastrigin(z, p);
}

/* In the order of problems/basic/catalogue.py. */
static basic *const BASIC[] = {
    sphere, weighted_squares, weighted_squares, weighted_squares, zakharov, rosenbrock, rastrigin, ackley, griewank,
    weierstrass, schwefel, katsuura, happycat, hgbat, expanded_schaffer_f6, expanded_griewank_rosenbrock,
    lunacek_bi_rastrigin, levy, schaffer_f7, sum_of_different_powers, different_powers, step, schwefel_2_22,
    schwefel_1_2, noncontinuous_rastrigin,
};
