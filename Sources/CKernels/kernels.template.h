// All kernels of one instruction set for one element type. The including file defines REAL, ELEMENT_SIZE,
// NAME(x), VECTOR_BYTES, MR_MAX (rows of the GEMM tile), CR_MAX (complex rows of a tile) and HAS_FMA.
#define VL (VECTOR_BYTES / ELEMENT_SIZE)
#define vec NAME(vector)
#define vecu NAME(vector_unaligned)
typedef REAL vec __attribute__((ext_vector_type(VL)));
typedef REAL vecu __attribute__((ext_vector_type(VL), aligned(ELEMENT_SIZE)));
#if HAS_FMA
#define FMA(a, b, c) __builtin_elementwise_fma((a), (b), (c))
#else
#define FMA(a, b, c) ((a) * (b) + (c))
#endif

#include "gemm.template.h"
#include "mirrored.template.h"
#include "pointwise.template.h"
#include "convolution.template.h"
#include "winograd.template.h"
#include "dense.template.h"
#include "norm.template.h"
#include "attention.template.h"
#include "modes.template.h"
#include "features.template.h"

const OpkitKernels NAME(table) = {
    .gemm = NAME(gemm),
    .complex_rows = NAME(complex_rows),
    .complex_outer = NAME(complex_outer),
    .transpose = NAME(transpose),
    .combine = NAME(combine),
    .split = NAME(split),
    .fold = NAME(fold),
    .mirrored_synthesis = NAME(mirrored_synthesis),
    .butterfly = NAME(butterfly),
    .activate = NAME(activate),
    .activate_backward = NAME(activate_backward),
    .activate_both = NAME(activate_both),
    .activate_gated = NAME(activate_gated),
    .activate_gated_backward = NAME(activate_gated_backward),
    .dense = NAME(dense),
    .dense_outer = NAME(dense_outer),
    .scale = NAME(scale),
    .multiply = NAME(multiply),
    .gate = NAME(gate),
    .column_sums = NAME(column_sums),
    .column_sums_compensated = NAME(column_sums_compensated),
    .column_dots = NAME(column_dots),
    .copy_rows = NAME(copy_rows),
    .dot = NAME(dot),
    .squared_distance = NAME(squared_distance),
    .difference = NAME(difference),
    .absolute_sum = NAME(absolute_sum),
    .sign = NAME(sign),
    .affine = NAME(affine),
    .first_non_finite = NAME(first_non_finite),
    .reduce_lanes = NAME(reduce_lanes),
    .adam = NAME(adam),
    .pack = NAME(pack),
    .pack_transposed = NAME(pack_transposed),
    .gemm_gathered = NAME(gemm_gathered),
    .winograd_input = NAME(winograd_input),
    .winograd_gradient = NAME(winograd_gradient),
    .winograd_output = NAME(winograd_output),
    .winograd_weights = NAME(winograd_weights),
    .winograd_weights_adjoint = NAME(winograd_weights_adjoint),
    .depthwise = NAME(depthwise),
    .depthwise_outer = NAME(depthwise_outer),
    .window_max = NAME(window_max),
    .window_max_backward = NAME(window_max_backward),
    .gather = NAME(gather),
    .scatter_add = NAME(scatter_add),
    .sparse_rows = NAME(sparse_rows),
    .row_norm = NAME(row_norm),
    .row_norm_backward = NAME(row_norm_backward),
    .column_moments = NAME(column_moments),
    .column_norm = NAME(column_norm),
    .column_norm_sums = NAME(column_norm_sums),
    .column_combination = NAME(column_combination),
    .softmax_online = NAME(softmax_online),
    .softmax_finish = NAME(softmax_finish),
    .softmax_again = NAME(softmax_again),
    .softmax_backward = NAME(softmax_backward),
    .row_dots = NAME(row_dots),
    .scale_rows = NAME(scale_rows),
    .scaled_rows = NAME(scaled_rows),
    .rotate = NAME(rotate),
    .direction_powers = NAME(direction_powers),
    .direction_powers_backward = NAME(direction_powers_backward),
    .signed_cubes = NAME(signed_cubes),
    .signed_cubes_backward = NAME(signed_cubes_backward),
    .lion = NAME(lion),
    .mode_combine = NAME(mode_combine),
    .active_modes = NAME(active_modes),
    .line_spread = NAME(line_spread),
    .line_gather = NAME(line_gather),
    .quartic = NAME(quartic),
    .complex_square = NAME(complex_square),
    .vorticity_velocity = NAME(vorticity_velocity),
    .vorticity_advection = NAME(vorticity_advection),
};
