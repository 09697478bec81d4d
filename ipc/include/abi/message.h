/*
 * The message: 36 bytes, nine 32-bit words, 4-byte aligned.
 *
 * m_source is written by the kernel at delivery and tells the truth; what a sender put there is
 * never believed. The seven payload words are as many as the registers that a trap carries.
 * The seven formats and their field names are those of MINIX 3.
 */
#pragma once

#include <abi/endpoint.h>
#include <stddef.h>
#include <stdint.h>

#define MESSAGE_WORDS         9
#define MESSAGE_BYTES         36
#define MESSAGE_PAYLOAD_WORDS 7
#define MESSAGE_PAYLOAD_BYTES 28
#define MESSAGE_ALIGN         4

/* On a 64-bit workstation, where the core's tests run, the fields keep the target's sizes. */
#if UINTPTR_MAX == 0xffffffffu
typedef char *message_pointer_t;
typedef long message_long_t;
#else
typedef uint32_t message_pointer_t;
typedef int32_t message_long_t;
#endif

#define M3_STRING 14

typedef struct {
    int m1i1, m1i2, m1i3;
    message_pointer_t m1p1, m1p2, m1p3;
} mess_1;
typedef struct {
    int m2i1, m2i2, m2i3;
    message_long_t m2l1, m2l2;
    message_pointer_t m2p1;
} mess_2;
typedef struct {
    int m3i1, m3i2;
    message_pointer_t m3p1;
    char m3ca1[M3_STRING];
} mess_3;
typedef struct {
    message_long_t m4l1, m4l2, m4l3, m4l4, m4l5;
} mess_4;
typedef struct {
    short m5c1, m5c2;
    int m5i1, m5i2;
    message_long_t m5l1, m5l2, m5l3;
} mess_5;
typedef struct {
    int m7i1, m7i2, m7i3, m7i4;
    message_pointer_t m7p1, m7p2;
} mess_7;
typedef struct {
    int m8i1, m8i2;
    message_pointer_t m8p1, m8p2, m8p3, m8p4;
} mess_8;

union message_payload {
    mess_1 m_m1;
    mess_2 m_m2;
    mess_3 m_m3;
    mess_4 m_m4;
    mess_5 m_m5;
    mess_7 m_m7;
    mess_8 m_m8;
    uint32_t m_words[MESSAGE_PAYLOAD_WORDS];
};

typedef struct message {
    endpoint_t m_source; /* who sent it: the kernel's word */
    int32_t m_type;      /* request: what is asked; reply: 0 or a negative error */
    union {
        union message_payload m_u; /* MINIX's spelling: m.m_u.m_m1.m1i1 */
        mess_1 m_m1;
        mess_2 m_m2;
        mess_3 m_m3;
        mess_4 m_m4;
        mess_5 m_m5;
        mess_7 m_m7;
        mess_8 m_m8;
        uint32_t m_words[MESSAGE_PAYLOAD_WORDS];
    };
} message;

typedef message Message_t; /* Flyanx's spelling */

_Static_assert(sizeof(message) == MESSAGE_BYTES, "a message is nine words");
_Static_assert(offsetof(message, m_words) == 8, "the payload follows source and type");
_Static_assert(_Alignof(message) == MESSAGE_ALIGN, "a message is word-aligned");
_Static_assert(sizeof(mess_1) == 24 && sizeof(mess_2) == 24 && sizeof(mess_3) == 28 &&
                   sizeof(mess_4) == 20 && sizeof(mess_5) == 24 && sizeof(mess_7) == 24 &&
                   sizeof(mess_8) == 24,
               "MINIX 3's formats");
