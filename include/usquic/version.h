/* The library's version and the mark of its exported functions. */
#ifndef USQUIC_VERSION_H
#define USQUIC_VERSION_H

#define US_QUIC_VERSION_MAJOR 0
#define US_QUIC_VERSION_MINOR 1
#define US_QUIC_VERSION_PATCH 0
#define US_QUIC_VERSION "0.1.0"

#if defined(__GNUC__)
#define US_API __attribute__((visibility("default")))
#else
#define US_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* Version of the library that is running, such as "0.1.0".
 * Ownership: static storage.   Thread: any. */
US_API const char* us_quic_version(void);

#ifdef __cplusplus
}
#endif

#endif
