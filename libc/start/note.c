/* Which version of the interfaces the program was built for; program.ld takes it into every one. */
#include <abi/version.h>

extern const struct abi_note libc_abi_note;

__attribute__((section(".note.parley"))) const struct abi_note libc_abi_note = {
    .name_bytes = sizeof ABI_NOTE_NAME,
    .version_bytes = sizeof libc_abi_note.version,
    .type = ABI_NOTE_TYPE,
    .name = ABI_NOTE_NAME,
    .version = ABI_VERSION,
};
