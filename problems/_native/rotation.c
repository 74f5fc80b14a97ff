/* A random rotation from normal variates: products of Householder reflections (Stewart 1980), in an order of operations
   that the Python form in problems/synthetic/rotation.py repeats bit by bit. */

#include "native.h"

/* Reflects rows first.. of the n x n matrix along u (its k = n - first entries): A -= u (tau u^T A). */
static void reflect(double *a, int n, int first, const double *u, double tau, double *w) {
    int k = n - first;
    for (int j = 0; j < k; j++) w[j] = 0.0;
    for (int i = 0; i < k; i++)
        for (int j = 0; j < k; j++) w[j] += u[i] * a[(first + i) * n + first + j];
    for (int j = 0; j < k; j++) w[j] *= tau;
    for (int i = 0; i < k; i++)
        for (int j = 0; j < k; j++) a[(first + i) * n + first + j] -= u[i] * w[j];
}

/* Turns the k variates at u to the vector of a reflection; returns 2 / |u|^2 and the sign of the row that it leaves. */
static double reflection(double *u, int k, double *sign) {
    double squares = 0.0;
    for (int i = 0; i < k; i++) squares += u[i] * u[i];
    *sign = u[0] < 0.0 ? 1.0 : -1.0;
    u[0] -= *sign * portable_root(squares);
    squares = 0.0;
    for (int i = 0; i < k; i++) squares += u[i] * u[i];
    return 2.0 / squares;
}

static void rotate(double *a, double *variates, double *w, double *signs, int n) {
    double determinant = 1.0;
    for (int i = 0; i < n * n; i++) a[i] = i % (n + 1) ? 0.0 : 1.0;
    for (int first = n - 2; first >= 0; first--) {
        double tau = reflection(variates, n - first, signs + first);
        reflect(a, n, first, variates, tau, w);
        determinant *= -signs[first]; /* every reflection has determinant -1 */
        variates += n - first;
    }
    signs[n - 1] = determinant;
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++) a[i * n + j] *= signs[i];
}

/* rotation_into(variates, out): (n (n + 1)/2 - 1,) normal variates -> (n, n); the variates are overwritten. */
PyObject *rotation_into(PyObject *module, PyObject *args) {
    (void)module;
    Py_buffer variates, out;
    int n;
    if (!PyArg_ParseTuple(args, "w*w*i:rotation_into", &variates, &out, &n)) return NULL;
    double *spare = n > 0 ? PyMem_Calloc(2 * n, sizeof(double)) : NULL;
    int fits = spare && out.len == (Py_ssize_t)(n * n * sizeof(double)) &&
               variates.len == (Py_ssize_t)((n * (n + 1) / 2 - 1) * sizeof(double));
    if (fits) rotate(out.buf, variates.buf, spare, spare + n, n);
    PyMem_Free(spare);
    PyBuffer_Release(&variates);
    PyBuffer_Release(&out);
    if (!fits) return PyErr_Format(PyExc_ValueError, "variates and output do not fit the dimension");
    Py_RETURN_NONE;
}
