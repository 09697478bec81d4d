/* Asserts are for our own bugs and stay on in the default build. */
#undef assert

#ifdef NDEBUG
#define assert(condition) ((void)0)
#else
#define assert(condition)                                                                          \
    ((condition) ? (void)0 : libc_assert_failed(#condition, __FILE__, __LINE__, __func__))
#endif

#ifndef PARLEY_ASSERT_DECLARED
#define PARLEY_ASSERT_DECLARED
_Noreturn void libc_assert_failed(const char *condition, const char *file, int line,
                                  const char *function);
#endif

#define static_assert _Static_assert
