/* Two doubles a register: what every x86-64 processor and the 64-bit ARM ones have. */

#define W 2
#define LEVEL(name) name##_baseline
#include "level.h"

void multiply_baseline(const instance *p, const double *v, double *out) { multiply(p, v, out); }

double portable_power(double x, double p) { return power_of(x, p); }

double portable_root(double x) { return square_root_of(x); }
