// clang-format off
/*
 * Calls to SYSTEM for the memory server: address spaces, and what lies in them.
 *
 * The kernel keeps for every frame (4 KB of physical memory) what it is used for and how often it is
 * mapped, and refuses whatever would let a process reach a page table, the kernel or another's
 * memory by mistake. It decides nothing else: which frame goes where is the memory server's, which
 * finds the table at USER_FRAMES, read-only, when its line has kernel=map. Frames from memory_info's frames_near on
 * (abi/system.h) can be mapped, but not be page tables. The rest of that line's
 * calls are create, unmap, space, begin and move.
 *
 * A page that is mapped for the first time is cleared then, so nobody ever sees what a frame held
 * for somebody else. A page in which a living process's box lies, or the message of a call in which
 * it waits, is neither taken away nor made read-only nor replaced: EBUSY. With MAP_SHARED no message
 * may lie there (a call with one there ends with EFAULT), and it can be taken away at any time.
 *
 * SYS_CREATE    in  0..3 name, NUL-padded, 4 frame for the root of its address space, 5 priority 1..15
 *               out 0 endpoint of a process that has not begun. It has an empty address space, the
 *               rights of a plain program (identity `user`), and its faults go to the caller.
 *               (EINVAL name, priority; EPERM the frame is not free or cannot be a page table; EAGAIN no slot is left)
 * SYS_MAP       in  0 endpoint, 1 address, 2 first frame, 3 pages 1..MAP_PAGES, 4 MAP_*, 5 frame for a page
 *               table, or 0
 *               out 0 pages mapped, 1 nonzero: the frame for a page table was used
 *               Maps one page after the other until one cannot be; if that is the first, it is the error.
 *               With MAP_REPLACE each must have been mapped by SYS_MAP and gets this frame and these flags
 *               instead; with MAP_COPY as well, the frame must be free and gets the content of the one before;
 *               with MAP_WRITE too, boxes that lie there move with it.
 *               (ENOMEM: a page table is missing; EEXIST: mapped already; ENOENT, with MAP_REPLACE: not mapped by
 *               SYS_MAP; EPERM: not a frame that may be mapped; EBUSY; EINVAL; EDEADSRCDST)
 * SYS_UNMAP     in  0 endpoint, 1 address, 2 pages 1..MAP_PAGES
 *               out 0 pages that are mapped no more (ENOENT: the first was not mapped by SYS_MAP; EBUSY; EINVAL;
 *               EDEADSRCDST)
 * SYS_SPACE     in  0 endpoint, 1 SPACE_*, 2 address
 *               SPACE_NEXT: out 0 address, 1 frame, 2 MAP_* of the first page that SYS_MAP mapped at that
 *               address or above (ENOENT: none)
 *               SPACE_SHRINK: out 0 frame of a page table that mapped nothing any more; now it is free (ENOENT: none)
 *               SPACE_RELEASE, of a process that has died: takes out up to SPACE_RELEASE_PAGES pages and page
 *               tables; out 0 how many: less than that is the end. After it the process is forgotten and its module
 *               can be started again (EBUSY: it lives). Of a module that may make this call, SYS_START does it
 *               SPACE_OWED: out of some process that has died and waits for its release, the words of SYS_DEATH
 *               (ENOENT: none)
 *               (EINVAL: no such operation; EDEADSRCDST)
 * SYS_BEGIN     in  0 endpoint of a process that has not begun, 1 instruction pointer, 2 stack pointer
 *               (EBUSY: it has; EDEADSRCDST)
 * SYS_MOVE      in  0 from whose memory, 1 address, 2 to whose, 3 address, 4 bytes 0..MOVE_BYTES,
 *               5 nonzero: to what SYS_MAP mapped alone, and there also to what is read-only
 *               out 0 nonzero: nothing was copied, for want of a page: 1 address, 2 endpoint. It is all copied or
 *               nothing. (EINVAL; EDEADSRCDST)
 */
// clang-format on
#pragma once

#include <stdint.h>

#define FRAME_NONE   0 /* no memory, or used by what the boot started: not the memory server's */
#define FRAME_FREE   1
#define FRAME_MAPPED 2
#define FRAME_TABLE  3 /* of page tables */

struct frame {
    uint16_t use;  /* FRAME_* */
    uint16_t maps; /* FRAME_MAPPED: in how many places */
};

#define MAP_WRITE   1u
#define MAP_SHARED  2u
#define MAP_REPLACE 4u
#define MAP_COPY    8u

#define MAP_PAGES 16u /* most of a call, so that interrupts wait for no more than these */

#define SPACE_NEXT    0
#define SPACE_SHRINK  1
#define SPACE_RELEASE 2
#define SPACE_OWED    3

#define SPACE_RELEASE_PAGES 64u

#define MOVE_BYTES 65536u

_Static_assert(sizeof(struct frame) == 4, "shared layout");
