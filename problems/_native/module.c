/* The extension module: types, and the choice of the level at which points are evaluated. */

#include "native.h"

evaluate_function *evaluate_point = evaluate_baseline;

static PyTypeObject *evaluator_type;

typedef struct {
    const char *name;
    evaluate_function *evaluate;
} level;

/* Fills in the levels that this processor has, the slowest first. */
static int available(level *levels) {
    int n = 0;
    levels[n++] = (level){"baseline", evaluate_baseline};
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx2")) levels[n++] = (level){"avx2", evaluate_avx2};
#endif
    return n;
}

static PyObject *list_levels(PyObject *module, PyObject *unused) {
    (void)module;
    (void)unused;
    level levels[2];
    int n = available(levels);
    PyObject *names = PyTuple_New(n);
    for (int i = 0; names && i < n; i++) PyTuple_SetItem(names, i, PyUnicode_FromString(levels[i].name));
    return names;
}

static PyObject *use_level(PyObject *module, PyObject *name) {
    (void)module;
    level levels[2];
    int n = available(levels);
    for (int i = 0; i < n; i++) {
        if (PyUnicode_CompareWithASCIIString(name, levels[i].name)) continue;
        evaluate_point = levels[i].evaluate;
        Py_RETURN_NONE;
    }
    return PyErr_Format(PyExc_ValueError, "this processor has no level %R", name);
}

int is_evaluator(PyObject *object) { return Py_TYPE(object) == evaluator_type; }

PyObject *rotation_into(PyObject *module, PyObject *args);

static PyMethodDef functions[] = {
    {"levels", list_levels, METH_NOARGS, "levels(): names of the widths of registers that this processor has"},
    {"use_level", use_level, METH_O, "use_level(name): evaluate with this width; the values are the same"},
    {"rotation_into", rotation_into, METH_VARARGS, "rotation_into(variates, out, n): fill in a random rotation"},
    {0},
};

static PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, .m_name = "_evaluator", .m_doc = "Compiled synthetic problems.", .m_size = -1,
    .m_methods = functions,
};

static int add_type(PyObject *module, const char *name, PyType_Spec *spec, PyTypeObject **kept) {
    PyObject *type = PyType_FromModuleAndSpec(module, spec, NULL);
    if (!type) return -1;
    if (kept) *kept = (PyTypeObject *)type;
    return PyModule_AddObjectRef(module, name, type);
}

PyMODINIT_FUNC PyInit__evaluator(void) {
    level levels[2];
    int n = available(levels);
    PyObject *module = PyModule_Create(&definition);
    if (!module) return NULL;
    evaluate_point = levels[n - 1].evaluate;
    if (add_type(module, "Evaluator", &evaluator_spec, &evaluator_type) || add_type(module, "Recorder", &recorder_spec, NULL)) {
        Py_DECREF(module);
        return NULL;
    }
    return module;
}
