// Counts the calling thread's heap allocations, by standing in front of the C library's allocator.
#pragma once

#ifdef __cplusplus
extern "C" {
#endif

/// Whether this system's C library lets itself be counted; elsewhere counts stay zero.
int allocation_count_is_available(void);
/// Starts counting this thread's allocations at zero.
void allocation_count_begin(void);
/// Stops, and says how many there were.
long allocation_count_end(void);

#ifdef __cplusplus
}
#endif
