/* Sine, exponential, logarithm and powers from additions and multiplications alone, in an order that is written down here.

   The mathematical library of the system is not used: its results differ in the last bit between versions and
   processors. Polynomials are minimax fits; the largest errors seen over their ranges, in units of the last place, are
   2.3 (sine, within half a turn), 1.0 (exponential) and 0.8 (logarithm). */

#define PI 3.141592653589793
#define ROUNDER 6755399441055744.0 /* 1.5 * 2^52: adding and subtracting it rounds to the nearest whole number */

/* Nearest whole number for |x| < 2^51, halves to even. */
INLINE vd nearest(vd x) { return (x + ROUNDER) - ROUNDER; }

INLINE vd floor_of(vd x) {
    vd whole = nearest(x);
    return whole - keep(whole > x, splat(1.0));
}

/* x minus its nearest whole number, in [-1/2, 1/2]; exact. */
INLINE vd fraction(vd x) { return x - nearest(x); }

/* sin r for |r| <= pi/2. */
INLINE vd sine_within(vd r) {
    vd u = r * r, u2 = u * u, u4 = u2 * u2;
    vd a = -0.16666666666666666 + 0.00833333333333324 * u;
    vd b = -0.00019841269841221654 + 2.7557319212734233e-06 * u;
    vd c = -2.5052106980181036e-08 + 1.6058943530517823e-10 * u;
    vd d = -7.643057647492357e-13 + 2.7215821927065174e-15 * u;
    return r + r * (u * ((a + b * u2) + (c + d * u2) * u4));
}

/* sin(pi t) for |t| <= 1/2. */
INLINE vd sine_of_half_turns(vd t) { return sine_within(t * PI); }

/* sin x. The multiple of pi is taken off in three parts: exact up to |x| of some 10^7, and beyond that as good as x. */
INLINE vd sine(vd x) {
    vd shifted = x * 0.3183098861837907 + ROUNDER;
    vd k = shifted - ROUNDER;
    vd r = ((x - k * 3.141592651605606) - k * 1.9841871583270443e-09) - k * 1.034036596358821e-18;
    vi odd = (vi)shifted << 63;
    return (vd)((vi)sine_within(r) ^ odd);
}

/* cos x as 1 - 2 sin^2(x/2): exactly 1 at 0. */
INLINE vd cosine(vd x) {
    vd s = sine(0.5 * x);
    return 1.0 - 2.0 * (s * s);
}

/* e^x; 0 and infinity beyond the range of normal doubles. */
INLINE vd exponential(vd x) {
    vd clipped = smaller(larger(x, splat(-708.0)), splat(709.0));
    vd shifted = clipped * 1.4426950408889634 + ROUNDER;
    vd k = shifted - ROUNDER;
    vd r = (clipped - k * 0.6931471804855391) - k * 7.440617110012396e-11;
    vd r2 = r * r, r4 = r2 * r2;
    vd a = 0.500000000000001 + 0.16666666666666674 * r;
    vd b = 0.041666666666522106 + 0.008333333333322215 * r;
    vd c = 0.0013888888947785516 + 0.00019841269886563745 * r;
    vd d = 2.4801487366031374e-05 + 2.7557242367505504e-06 * r;
    vd e = 2.763264067348432e-07 + 2.511003827769061e-08 * r;
    vd tail = (a + b * r2) + ((c + d * r2) + e * r4) * r4;
    vi scale = ((vi)shifted << 52) + (vi)splat(1.0);
    vd value = (vd)scale * (1.0 + (r + r2 * tail));
    value = choose(x < -708.0, splat(0.0), value);
    value = choose(x > 709.0, splat(__builtin_inf()), value);
    return choose(x == x, value, x);
}

/* ln x for normal x > 0; not a number stays so. */
INLINE vd logarithm(vd x) {
    const vu top = (vu)splat(-0.0), two52 = (vu)splat(4503599627370496.0);
    /* x = 2^k m with m in [sqrt(1/2), sqrt(2)); the unsigned shift needs an exponent that is not negative: k + 2048. */
    vu exponent = ((vu)x - (vu)splat(0.7071067811865476) + top) >> 52;
    vd k = (vd)(two52 + exponent) - (4503599627370496.0 + 2048.0);
    vd m = (vd)((vu)x - ((exponent << 52) ^ top));
    vd f = m - 1.0, s = f / (2.0 + f), u = s * s, u2 = u * u;
    vd a = 0.666666666666671 + 0.39999999999519825 * u;
    vd b = 0.28571428729284776 + 0.22222199090894387 * u;
    vd c = 0.18183571541118532 + 0.1531316437638756 * u;
    vd rest = u * (((a + b * u2) + (c + 0.148105199776762 * u2) * (u2 * u2)));
    vd half = 0.5 * f * f;
    vd value = k * 0.6931471804855391 - ((half - (s * (half + rest) + k * 7.440617110012396e-11)) - f);
    return choose(x == x, value, x);
}

/* x^p for x >= 0 and p > 0. */
INLINE vd power(vd x, vd p) {
    vd value = exponential(p * logarithm(larger(x, splat(1e-300))));
    value = choose(x > 0.0, value, x);
    return choose(x < __builtin_inf(), value, x);
}

INLINE double exponential_of(double x) { return exponential(splat(x))[0]; }
INLINE double logarithm_of(double x) { return logarithm(splat(x))[0]; }
INLINE double power_of(double x, double p) { return power(splat(x), splat(p))[0]; }
INLINE double square_root_of(double x) { return square_root(splat(x))[0]; }
