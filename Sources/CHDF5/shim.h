#ifndef OPKIT_CHDF5_SHIM_H
#define OPKIT_CHDF5_SHIM_H

// Constants that HDF5 defines as comma expressions or casts, which Swift does not import; each accessor
// also initialises the library. And the error stack as text.

#include <hdf5.h>
#include <stddef.h>
#include <string.h>

static inline hid_t opkit_h5_native_float(void) { return H5T_NATIVE_FLOAT; }
static inline hid_t opkit_h5_native_double(void) { return H5T_NATIVE_DOUBLE; }
static inline hid_t opkit_h5_native_int(void) { return H5T_NATIVE_INT; }
static inline hid_t opkit_h5_native_int64(void) { return H5T_NATIVE_INT64; }
static inline hid_t opkit_h5_ieee_f32le(void) { return H5T_IEEE_F32LE; }
static inline hid_t opkit_h5_ieee_f64le(void) { return H5T_IEEE_F64LE; }
static inline hid_t opkit_h5_std_i32le(void) { return H5T_STD_I32LE; }
static inline hid_t opkit_h5_std_i64le(void) { return H5T_STD_I64LE; }
static inline hid_t opkit_h5_c_s1(void) { return H5T_C_S1; }
static inline hid_t opkit_h5_object_reference(void) { return H5T_STD_REF_OBJ; }

static inline hid_t opkit_h5_create_file(void) { return H5P_FILE_CREATE; }
static inline hid_t opkit_h5_access_file(void) { return H5P_FILE_ACCESS; }
static inline hid_t opkit_h5_create_dataset(void) { return H5P_DATASET_CREATE; }
static inline hid_t opkit_h5_default(void) { return H5P_DEFAULT; }
static inline hid_t opkit_h5_all(void) { return H5S_ALL; }

static inline unsigned opkit_h5_read_only(void) { return H5F_ACC_RDONLY; }
static inline unsigned opkit_h5_truncate(void) { return H5F_ACC_TRUNC; }
static inline unsigned opkit_h5_creation_order(void) { return H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED; }
static inline size_t opkit_h5_variable_length(void) { return H5T_VARIABLE; }

// Stops the library from printing its errors; the setting belongs to the calling thread.
static inline void opkit_h5_silence(void) { H5Eset_auto2(H5E_DEFAULT, NULL, NULL); }

typedef struct {
  char *text;
  size_t capacity;
} opkit_h5_text;

static inline herr_t opkit_h5_copy_error(unsigned n, const H5E_error2_t *entry, void *context) {
  (void)n;
  opkit_h5_text *out = (opkit_h5_text *)context;
  if (out->text[0] == 0 && entry->desc) strncpy(out->text, entry->desc, out->capacity - 1);
  return 0;
}

// Writes the deepest description of the error stack, which is the cause, and clears the stack.
static inline void opkit_h5_take_error(char *text, size_t capacity) {
  opkit_h5_text out = {text, capacity};
  memset(text, 0, capacity);
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, opkit_h5_copy_error, &out);
  H5Eclear2(H5E_DEFAULT);
}

// One element of REFERENCE_LIST: a variable that uses a dimension scale, and on which of its axes.
typedef struct {
  hobj_ref_t dataset;
  int dimension;
} opkit_h5_scale_use;

static inline size_t opkit_h5_scale_use_dataset_offset(void) { return offsetof(opkit_h5_scale_use, dataset); }
static inline size_t opkit_h5_scale_use_dimension_offset(void) { return offsetof(opkit_h5_scale_use, dimension); }

#endif
